//! What an attack takes is given back when it is over. One test alone in its process, because it counts every allocation there.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use tests::heap::Heap;
use tests::raw::{RawClient, TEXT, handshake};
use tests::server::serve;
use tests::within;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::interval;
use websocket::Listener;

#[global_allocator]
static HEAP: Heap = Heap::new();

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

/// Somebody who does not finish, with what has been sent.
async fn begins(address: SocketAddr, request: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    // One that is refused may be gone already.
    stream.write_all(request.as_bytes()).await.ok().map(|()| stream)
}

/// Half a head each, a large header each, and more connections than there is room for.
async fn attack(address: SocketAddr, scale: usize) {
    let half = &handshake("/", "")[..50];
    let large = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Large: {}", "x".repeat(60_000));
    let halves = join_all((0..10 * scale).map(|_| begins(address, half))).await;
    let larges = join_all((0..4 * scale).map(|_| begins(address, &large))).await;
    let crowd = join_all((0..20 * scale).map(|_| enters(address))).await;
    assert!(crowd.iter().flatten().count() < CONNECTIONS, "the regular has one place");
    drop((halves, larges, crowd));
}

async fn enters(address: SocketAddr) -> Option<RawClient> {
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", "")).await;
    (client.response().await.status == 101).then_some(client)
}

#[tokio::test]
async fn memory_returns_after_an_attack() {
    rlimit::increase_nofile_limit(20_000).expect("the limit of open files can be read");
    let listener = Listener::new(0).max_connections(CONNECTIONS).handshake_timeout(Duration::from_secs(5));
    let address = serve(listener.service::<Echo>()).await;
    let mut regular = RawClient::upgrade(address, "/").await;
    // What is made once is made now.
    attack(address, 2).await;
    let mut ticks = interval(Duration::from_millis(10));
    let mut before = usize::MAX;
    within("the end of the first attack", async {
        while HEAP.in_use() < before {
            before = HEAP.in_use();
            for _ in 0..50 {
                ticks.tick().await;
            }
        }
    })
    .await;
    HEAP.forget_peak();
    attack(address, 100).await;
    regular.send_frame(TEXT, "hello").await;
    regular.expects(TEXT, "hello").await;
    assert!(HEAP.peak() > before + 16 * MIB, "it was an attack: {} bytes", HEAP.peak() - before);
    within("memory to return", async {
        while HEAP.in_use() > before + SLACK {
            ticks.tick().await;
        }
    })
    .await;
    regular.send_frame(TEXT, "still here").await;
    regular.expects(TEXT, "still here").await;
}

const CONNECTIONS: usize = 1_000;
const MIB: usize = 1 << 20; // bytes
/// For what the runtime keeps: the room in its own lists.
const SLACK: usize = 512 * 1024; // bytes
