//! A message costs no allocation: not the lent text, not the call, not the answer, and not the way to its method and into a payload
//! that borrows. One test alone in its process, because it counts every allocation there.

use serde::{Deserialize, Serialize};
use tests::heap::Heap;
use tests::raw::{BINARY, TEXT, frame, handshake};
use tests::server::serve;
use tests::within;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use websocket::{Caller, Listener};

#[derive(Default)]
struct Echo {
    count: u64,
}

#[derive(Deserialize)]
struct Order<'a> {
    pair: &'a str,
    amount: f64,
}

#[derive(Serialize)]
struct Accepted {
    amount: f64,
}

#[websocket::service(path = "/", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Echo {
    #[remote]
    fn on_new_order(&mut self, order: Order<'_>) -> Accepted {
        self.count += order.pair.len() as u64;
        Accepted { amount: order.amount }
    }

    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        self.count += 1;
        text
    }

    #[remote]
    async fn on_binary_message(&mut self, caller: &Caller, data: &[u8]) -> websocket::Result<()> {
        self.count += 1;
        caller.write_binary(data).await
    }
}

/// Messages of each kind, sent together.
const DEPTH: usize = 16;
const PAYLOAD: [u8; 100] = [b'x'; 100];
const ORDER: &str = r#"{"id":[7],"event":"newOrder","pair":"XBT/USD","flags":["post"],"amount":1.5}"#;
const ACCEPTED: &[u8] = br#"{"amount":1.5,"id":[7]}"#;

#[tokio::test]
async fn a_message_costs_no_allocation() {
    let address = serve(Listener::new(0).service::<Echo>()).await;
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(handshake("/", "").as_bytes()).await.expect("the server reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("the server answers"));
    }

    let messages = [frame(TEXT, PAYLOAD), frame(BINARY, PAYLOAD), frame(TEXT, ORDER)].concat().repeat(DEPTH);
    let mut answers = vec![0; DEPTH * (2 * (2 + PAYLOAD.len()) + 2 + ACCEPTED.len())];
    let mut before = 0;
    for round in 0..110 {
        if round == 10 {
            // The pools are full by now.
            before = HEAP.allocations();
        }
        stream.write_all(&messages).await.expect("the server reads");
        within("the answers", stream.read_exact(&mut answers)).await.expect("the server answers");
    }
    assert_eq!(HEAP.allocations() - before, 0, "in {} messages", 300 * DEPTH);
    assert!(answers.ends_with(ACCEPTED), "{}", String::from_utf8_lossy(&answers));
    assert_eq!((answers[0], answers[2 + PAYLOAD.len()]), (TEXT, BINARY));
}

#[global_allocator]
static HEAP: Heap = Heap::new();
