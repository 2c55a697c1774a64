//! A peer that does not read: its writers wait, nobody else does.

use std::net::SocketAddr;

use tests::{
    raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload, frame},
    server::serve,
    within,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use websocket::{Caller, CloseFrame, Error, Listener};

/// Marks a connection whose text callback ran.
#[derive(Clone)]
struct Called;

/// Gives its caller to the test.
struct Given(UnboundedSender<Caller>);

#[websocket::service(path = "/given", state = UnboundedSender<Caller>)]
impl Given {
    #[upgrade]
    fn accept(callers: &UnboundedSender<Caller>) -> Self {
        Self(callers.clone())
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        self.0.send(caller.clone()).expect("the test waits");
    }

    #[remote]
    fn on_text_message(&mut self, caller: &Caller, text: String) -> String {
        caller.set_attribute(Called);
        text
    }

    /// Answers with more than a socket takes.
    #[remote]
    async fn on_binary_message(&mut self, caller: &Caller, data: &[u8]) -> websocket::Result<()> {
        for number in 0..COUNT {
            caller.write_binary(message(number)).await?;
        }
        caller.write_binary(data).await
    }
}

async fn start() -> (SocketAddr, UnboundedReceiver<Caller>) {
    let (sender, callers) = unbounded_channel();
    (serve(Listener::new(0).high_water_mark(1000).service_with::<Given>(sender)).await, callers)
}

/// A connection whose peer has little room for what it does not read.
async fn connect(address: SocketAddr, callers: &mut UnboundedReceiver<Caller>) -> (RawClient, Caller) {
    let mut client = RawClient::connect_with_little_room(address).await;
    client.upgrades("/given").await;
    let caller = within("the caller", callers.recv()).await.expect("the server lives");
    (client, caller)
}

/// Writes until nothing more fits in, and returns how many messages did.
fn fill(caller: &Caller) -> u32 {
    for number in 0.. {
        match caller.try_write_binary(message(number)) {
            Ok(()) => assert!(number < 100_000, "there is no end to what is buffered"),
            Err(Error::Full) => return number,
            Err(error) => panic!("{error}"),
        }
    }
    unreachable!("the numbers do not end")
}

fn message(number: u32) -> Vec<u8> {
    [&number.to_be_bytes()[..], &[0; 10_000]].concat()
}

#[tokio::test]
async fn try_write_says_full_until_the_peer_reads() {
    let (address, mut callers) = start().await;
    let (mut client, caller) = connect(address, &mut callers).await;
    let count = fill(&caller);
    assert!(matches!(caller.try_write_text("x"), Err(Error::Full)));
    assert!(matches!(caller.try_write_message(&1), Err(Error::Full)));
    assert!(caller.is_open());
    for number in 0..count {
        client.expects(BINARY, message(number)).await;
    }
    caller.write_text("at last").await.expect("there is room again");
    client.expects(TEXT, "at last").await;
    caller.try_write_text("and again").expect("there is room again");
    client.expects(TEXT, "and again").await;
}

#[tokio::test]
async fn write_waits_until_the_peer_reads() {
    let (address, mut callers) = start().await;
    let (mut client, caller) = connect(address, &mut callers).await;
    let count = fill(&caller);
    let mut writers: Vec<_> = (0..10)
        .map(|number| {
            let caller = caller.clone();
            tokio::spawn(async move { caller.write_text(format!("writer {number}")).await })
        })
        .collect();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(writers.iter().all(|writer| !writer.is_finished()), "a write did not wait");
    for number in 0..count {
        client.expects(BINARY, message(number)).await;
    }
    let mut texts = Vec::new();
    for _ in 0..10 {
        texts.push(String::from_utf8(client.frame().await.expect("they come").payload).expect("they are texts"));
    }
    texts.sort();
    assert_eq!(texts, (0..10).map(|number| format!("writer {number}")).collect::<Vec<_>>());
    for writer in writers.drain(..) {
        within("a writer", writer).await.expect("no panic").expect("it has written");
    }
}

#[tokio::test]
async fn a_waiting_write_ends_with_the_connection() {
    let (address, mut callers) = start().await;
    for closes in [false, true] {
        let (client, caller) = connect(address, &mut callers).await;
        fill(&caller);
        let writer = tokio::spawn({
            let caller = caller.clone();
            async move { caller.write_text("never").await }
        });
        tokio::task::yield_now().await;
        let client = Some(client).filter(|_| closes);
        if closes {
            tokio::spawn(async move { caller.close(CloseFrame::normal()).await });
        }
        let written = within("the writer", writer).await.expect("no panic");
        assert!(matches!(written, Err(Error::Closed)), "{written:?}");
        drop(client);
    }
}

#[tokio::test]
async fn a_callback_may_wait_for_its_own_peer() {
    let (address, mut callers) = start().await;
    let (mut client, _caller) = connect(address, &mut callers).await;
    client.send([frame(BINARY, "end"), frame(TEXT, "next")].concat()).await;
    for number in 0..COUNT {
        client.expects(BINARY, message(number)).await;
    }
    client.expects(BINARY, "end").await;
    client.expects(TEXT, "next").await;
    client.send_frame(PING, "ping").await;
    client.expects(PONG, "ping").await;
}

#[tokio::test]
async fn no_callback_runs_for_a_peer_that_does_not_read() {
    let (address, mut callers) = start().await;
    let (mut client, caller) = connect(address, &mut callers).await;
    let count = fill(&caller);
    client.send_frame(TEXT, "hello").await;
    let (mut other, _other_caller) = connect(address, &mut callers).await;
    for _ in 0..10 {
        other.send_frame(TEXT, "meanwhile").await;
        other.expects(TEXT, "meanwhile").await;
    }
    assert!(caller.attribute::<Called>().is_none(), "its answer has no room");
    for number in 0..count {
        client.expects(BINARY, message(number)).await;
    }
    client.expects(TEXT, "hello").await;
    assert!(caller.attribute::<Called>().is_some());
}

#[tokio::test]
async fn a_peer_that_does_not_read_holds_nobody_else_up() {
    let (address, mut callers) = start().await;
    let (stalled, stalled_caller) = connect(address, &mut callers).await;
    fill(&stalled_caller);
    let (mut other, other_caller) = connect(address, &mut callers).await;
    for _ in 0..100 {
        other.send_frame(TEXT, "hello").await;
        other.expects(TEXT, "hello").await;
        other_caller.write_text("from outside").await.expect("it is open");
        other.expects(TEXT, "from outside").await;
    }
    other.send_frame(CLOSE, close_payload(1000, "")).await;
    other.is_closed_with(1000).await;
    drop(stalled);
    within("the end of the stalled connection", stalled_caller.closed()).await;
}

const COUNT: u32 = 1000;
