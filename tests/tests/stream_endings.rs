//! The end of a connection while streams run: they end with it, nothing of them comes behind the close frame, and `on_close` runs
//! once.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::stream;
use tests::{
    raw::{CLOSE, RawClient, TEXT, close_payload, frame},
    server::{Entries, Journal, journal},
    within,
};
use tokio::{
    sync::{
        Notify,
        oneshot::{self, Sender},
    },
    task::JoinHandle,
};
use websocket::{Caller, CloseCode, CloseFrame, Error, Listener, Shutdown, Stream};

/// What the services and a test share.
#[derive(Clone)]
struct Stage {
    journal: Journal,
    /// Lets a stream go on.
    go: Arc<Notify>,
}

/// Notes how its streams and its connection end.
struct Theatre(Stage);

#[websocket::service(path = "/theatre", state = Stage, dispatcher_key = "play")]
impl Theatre {
    #[upgrade]
    fn accept(stage: &Stage) -> Self {
        Self(stage.clone())
    }

    /// Never ends, and always has an element.
    #[remote]
    fn on_flood(&mut self) -> impl Stream<Item = &'static str> + use<> {
        self.0.journal.holding(stream::repeat("flood"))
    }

    /// Never ends, and never has an element.
    #[remote]
    fn on_silence(&mut self) -> impl Stream<Item = &'static str> + use<> {
        self.0.journal.holding(stream::pending())
    }

    /// Says one word at its cue, and ends.
    #[remote]
    fn on_cue(&mut self) -> impl Stream<Item = &'static str> + use<> {
        let go = Arc::clone(&self.0.go);
        self.0.journal.holding(stream::once(async move {
            go.notified().await;
            "cue"
        }))
    }

    /// Fails at its cue.
    #[remote]
    fn on_failure(&mut self) -> impl Stream<Item = Result<(), &'static str>> + use<> {
        let go = Arc::clone(&self.0.go);
        self.0.journal.holding(stream::once(async move {
            go.notified().await;
            Err("torn")
        }))
    }

    /// Closes its own connection, and waits until that is done.
    #[remote]
    fn on_curtain(&mut self, caller: &Caller) -> impl Stream<Item = &'static str> + use<> {
        let caller = caller.clone();
        self.0.journal.holding(stream::once(async move {
            drop(caller.close(CloseFrame::policy_violation("curtain")).await);
            "after the curtain"
        }))
    }

    /// Closes the connection in the middle of a callback.
    #[remote]
    async fn on_close_now(&mut self, caller: &Caller) -> impl Stream<Item = &'static str> + use<> {
        let closed = caller.close(CloseFrame::policy_violation("now")).await;
        self.0.journal.note(format!("{closed:?}"));
        self.0.journal.holding(stream::repeat("after the close frame"))
    }

    #[remote]
    fn on_panic(&mut self) {
        panic!("on purpose, beside streams");
    }

    #[remote]
    fn on_error(&mut self, error: &Error) {
        self.0.journal.note(format!("on_error: {error}"));
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode, reason: &str) {
        self.0.journal.note(format!("on_close: {} {reason}", status.as_u16()));
    }
}

struct Server {
    address: SocketAddr,
    stage: Stage,
    entries: Entries,
    stop: Sender<()>,
    serving: JoinHandle<websocket::Result<Shutdown>>,
}

impl Server {
    async fn start() -> Self {
        Self::start_with(LONG).await
    }

    async fn start_with(shutdown_timeout: Duration) -> Self {
        let (journal, entries) = journal();
        let stage = Stage { journal, go: Arc::default() };
        let listener = Listener::new(0).host("127.0.0.1").shutdown_timeout(shutdown_timeout);
        let bound = listener.service_with::<Theatre>(stage.clone()).bind().await.expect("the listener binds");
        let address = bound.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(bound.serve_until(async move { drop(stopped.await) }));
        Self { address, stage, entries, stop, serving }
    }

    /// Connects, and starts these plays.
    async fn plays(&self, names: &[&str]) -> RawClient {
        let mut client = RawClient::upgrade(self.address, "/theatre").await;
        client.send(names.iter().flat_map(|name| play(name)).collect::<Vec<_>>()).await;
        client
    }

    /// Waits until it has stopped, and returns what is written down by then.
    async fn stops(mut self) -> Vec<String> {
        drop(self.stop);
        within("the server to stop", self.serving).await.expect("no panic").expect("no error");
        std::iter::from_fn(|| self.entries.try_next()).collect()
    }
}

fn play(name: &str) -> Vec<u8> {
    frame(TEXT, format!(r#"{{"play":"{name}"}}"#))
}

/// Reads what a flood has sent, and the close frame behind it.
async fn closing_behind_the_flood(client: &mut RawClient) -> Vec<u8> {
    loop {
        let frame = client.frame().await.expect("the close frame comes before the end");
        if frame.first == CLOSE {
            return frame.payload;
        }
        assert_eq!(frame.payload, b"flood");
    }
}

#[tokio::test]
async fn closing_in_a_callback_ends_the_streams_and_takes_the_answer() {
    let mut server = Server::start().await;
    let mut client = server.plays(&["flood", "silence", "close_now"]).await;
    assert_eq!(closing_behind_the_flood(&mut client).await, close_payload(1008, "now"));
    client.send_frame(CLOSE, close_payload(1008, "understood")).await;
    client.ends().await;
    let mut entries = Vec::new();
    for _ in 0..5 {
        entries.push(server.entries.next().await);
    }
    entries.sort();
    assert_eq!(entries, ["Ok(())", "dropped", "dropped", "dropped", "on_close: 1008 understood"]);
    assert_eq!(server.entries.try_next(), None);
}

#[tokio::test]
async fn a_stream_may_close_its_own_connection() {
    let mut server = Server::start().await;
    let mut client = server.plays(&["silence", "curtain"]).await;
    assert_eq!(client.closing().await, (1008, "curtain".to_owned()));
    client.send_frame(CLOSE, close_payload(4000, "")).await;
    client.ends().await;
    server.entries.expect(&["dropped", "dropped", "on_close: 4000 "]).await;
}

#[tokio::test]
async fn a_peer_that_closes_ends_the_streams_before_on_close() {
    let mut server = Server::start().await;
    let mut client = server.plays(&["flood", "silence"]).await;
    client.send_frame(CLOSE, close_payload(4000, "enough")).await;
    assert_eq!(closing_behind_the_flood(&mut client).await, close_payload(4000, ""));
    client.ends().await;
    server.entries.expect(&["dropped", "dropped", "on_close: 4000 enough"]).await;
}

#[tokio::test]
async fn a_peer_that_vanishes_ends_the_streams_before_on_close() {
    let mut server = Server::start().await;
    for reads in [false, true] {
        let mut client = server.plays(&["flood", "silence", "cue"]).await;
        if reads {
            client.expects(TEXT, "flood").await;
        }
        drop(client);
        server.entries.expect(&["dropped", "dropped", "dropped", "on_close: 1006 "]).await;
    }
}

#[tokio::test]
async fn a_panic_ends_the_streams_without_on_close() {
    let mut server = Server::start().await;
    let mut client = server.plays(&["flood", "silence", "panic"]).await;
    assert_eq!(closing_behind_the_flood(&mut client).await, close_payload(1011, ""));
    server.entries.expect(&["dropped", "dropped"]).await;
    drop(client);
    let after = server.stops().await;
    assert!(after.is_empty(), "nothing is called on the instance after the panic: {after:?}");
}

#[tokio::test]
async fn the_end_of_the_server_ends_the_streams_and_says_1001() {
    let server = Server::start().await;
    let mut flooded = server.plays(&["flood", "silence"]).await;
    let mut silent = server.plays(&["silence", "silence"]).await;
    flooded.expects(TEXT, "flood").await;
    silent.send_frame(TEXT, "hello").await;
    silent.expects(TEXT, "hello").await;
    let stopping = tokio::spawn(server.stops());
    let going_away = closing_behind_the_flood(&mut flooded).await;
    assert_eq!(going_away[..2], 1001_u16.to_be_bytes());
    flooded.send_frame(CLOSE, close_payload(1001, "")).await;
    assert_eq!(silent.closing().await.0, 1001);
    silent.send_frame(CLOSE, close_payload(1001, "")).await;
    flooded.ends().await;
    silent.ends().await;
    drop((flooded, silent));
    let mut entries = within("the server to stop", stopping).await.expect("no panic");
    entries.sort();
    assert_eq!(entries, ["dropped", "dropped", "dropped", "dropped", "on_close: 1001 ", "on_close: 1001 "]);
}

#[tokio::test]
async fn a_flood_that_nobody_reads_does_not_hold_up_the_end_of_the_server() {
    let server = Server::start_with(SHORT).await;
    let mut client = RawClient::connect_with_little_room(server.address).await;
    client.upgrades("/theatre").await;
    client.send([play("flood"), play("silence")].concat()).await;
    client.expects(TEXT, "flood").await;
    assert_eq!(server.stops().await, ["dropped", "dropped", "on_close: 1006 "]);
}

#[tokio::test]
async fn a_stream_and_its_connection_may_end_in_the_same_instant() {
    let mut server = Server::start().await;
    for name in ["cue", "failure"].repeat(ROUNDS) {
        let mut client = server.plays(&[name, "silence"]).await;
        client.send_frame(TEXT, "ready").await;
        client.expects(TEXT, "ready").await;
        let go = Arc::clone(&server.stage.go);
        let cue = tokio::spawn(async move { go.notify_waiters() });
        client.send_frame(CLOSE, close_payload(1000, "")).await;
        cue.await.expect("no panic");
        let mut frames = Vec::new();
        while let Some(frame) = client.frame().await {
            frames.push((frame.first, frame.payload));
        }
        let close = (CLOSE, close_payload(1000, ""));
        let word = (TEXT, b"cue".to_vec());
        assert!(frames == [word, close.clone()] || frames == [close], "{name}: {frames:?}");
        let mut entries = Vec::new();
        while entries.last().is_none_or(|entry| entry != "on_close: 1000 ") {
            entries.push(server.entries.next().await);
        }
        // Whether the failure comes before the end or not, is chance.
        entries.retain(|entry| entry != "on_error: torn");
        assert_eq!(entries, ["dropped", "dropped", "on_close: 1000 "], "{name}");
    }
}

/// Longer than any wait in a test: whoever needs it has failed.
const LONG: Duration = Duration::from_mins(1);
/// How long the server waits for a client that never reads.
const SHORT: Duration = Duration::from_millis(100);
const ROUNDS: usize = 50;
