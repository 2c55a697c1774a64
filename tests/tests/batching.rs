//! How many writes reach the stream: all answers to one read leave in one, and so does all that one turn writes to another
//! connection.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::raw::{RawClient, TEXT, frame};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use websocket::{Caller, Router};

/// Counts the writes that put bytes into it.
struct Counting {
    stream: DuplexStream,
    writes: Arc<AtomicUsize>,
}

impl AsyncRead for Counting {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counting {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

type Members = Arc<Mutex<HashMap<String, Caller>>>;

/// Passes every text on to all other members, and answers with it.
struct Member {
    name: String,
    members: Members,
}

#[websocket::service(path = "/<name>", state = Members)]
impl Member {
    #[upgrade]
    fn join(name: String, members: &Members) -> Self {
        Self { name, members: Arc::clone(members) }
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) -> &'static str {
        self.members.lock().expect("nobody panicked").insert(self.name.clone(), caller.clone());
        "welcome"
    }

    #[remote]
    async fn on_text_message(&mut self, text: &str) -> String {
        let others: Vec<Caller> = {
            let members = self.members.lock().expect("nobody panicked");
            members.iter().filter(|(name, _)| **name != self.name).map(|(_, caller)| caller.clone()).collect()
        };
        for caller in others {
            caller.write_text(text).await.expect("it is open");
        }
        if text == "pause" {
            tokio::task::yield_now().await;
        }
        text.to_owned()
    }
}

/// A client in memory, and the writes of its server.
async fn join(router: &Router, name: &str) -> (RawClient<DuplexStream>, Arc<AtomicUsize>) {
    let (client, stream) = duplex(1 << 20);
    let writes = Arc::new(AtomicUsize::new(0));
    let stream = Counting { stream, writes: Arc::clone(&writes) };
    let service = TowerToHyperService::new(router.clone());
    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades());
    let mut client = RawClient::new(client);
    client.upgrades(&format!("/{name}")).await;
    client.expects(TEXT, "welcome").await;
    (client, writes)
}

fn router() -> Router {
    Router::builder().service_with::<Member>(Members::default()).build().expect("it is valid")
}

#[tokio::test]
async fn the_answers_to_one_read_leave_in_one_write() {
    let (mut client, writes) = join(&router(), "ann").await;
    let before = writes.load(Ordering::Relaxed);
    client.send((0..100).flat_map(|number: u8| frame(TEXT, number.to_string())).collect::<Vec<u8>>()).await;
    for number in 0..100_u8 {
        client.expects(TEXT, number.to_string()).await;
    }
    assert_eq!(writes.load(Ordering::Relaxed) - before, 1);
}

#[tokio::test]
async fn what_one_turn_writes_to_another_connection_leaves_in_one_write() {
    let router = router();
    let (mut ann, _) = join(&router, "ann").await;
    let (mut bob, writes) = join(&router, "bob").await;
    let before = writes.load(Ordering::Relaxed);
    ann.send((0..100).flat_map(|number: u8| frame(TEXT, number.to_string())).collect::<Vec<u8>>()).await;
    for number in 0..100_u8 {
        bob.expects(TEXT, number.to_string()).await;
    }
    assert_eq!(writes.load(Ordering::Relaxed) - before, 1);
    ann.expects(TEXT, "0").await;
}

#[tokio::test]
async fn a_turn_ends_when_its_callback_waits() {
    let router = router();
    let (mut ann, _) = join(&router, "ann").await;
    let (mut bob, _) = join(&router, "bob").await;
    ann.send([frame(TEXT, "one"), frame(TEXT, "pause"), frame(TEXT, "two")].concat()).await;
    for text in ["one", "pause", "two"] {
        bob.expects(TEXT, text).await;
        ann.expects(TEXT, text).await;
    }
}
