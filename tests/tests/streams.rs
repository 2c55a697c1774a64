//! Streamed replies: they run beside everything else of a connection, at the pace of the reader, and end with it.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_box_returns,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::{StreamExt as _, stream};
use tests::{
    raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload},
    server::{Entries, Journal, journal, serve},
};
use tokio::sync::{Notify, mpsc, oneshot};
use websocket::{Bytes, Caller, CloseFrame, Error, Listener, Message, Stream};

/// What the services and a test share.
#[derive(Clone)]
struct Stage {
    journal: Journal,
    /// Lets a waiting callback or stream go on.
    go: Arc<Notify>,
    produced: Arc<AtomicUsize>,
}

/// Streams what it is asked for. Every stream notes its end.
struct Theatre(Stage);

/// An error of a stream.
#[derive(Debug)]
struct Torn;

impl std::fmt::Display for Torn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the curtain is torn")
    }
}

impl std::error::Error for Torn {}

#[websocket::service(path = "/theatre", state = Stage, dispatcher_key = "play")]
impl Theatre {
    #[upgrade]
    fn accept(stage: &Stage) -> Self {
        Self(stage.clone())
    }

    /// Every kind of element.
    #[remote]
    async fn on_kinds(&mut self) -> impl Stream<Item = Message> + use<> {
        stream::iter([Message::text("a"), Message::binary(Bytes::from_static(b"b"))])
    }

    #[remote]
    fn on_options(&mut self) -> Result<Option<impl Stream<Item = Option<u8>> + use<>>, Torn> {
        Ok(Some(stream::iter([None, Some(1), None, None, Some(2)])))
    }

    #[remote]
    fn on_dynamic(&mut self) -> Pin<Box<dyn Stream<Item = &'static str> + Send>> {
        Box::pin(stream::iter(["boxed"]))
    }

    /// Never ends, and never has an element.
    #[remote]
    fn on_silence(&mut self) -> impl Stream<Item = String> + use<> {
        self.0.journal.holding(stream::pending())
    }

    /// Never ends, always has an element, and has nothing to send.
    #[remote]
    fn on_nothing(&mut self) -> impl Stream<Item = ()> + use<> {
        self.0.journal.holding(stream::repeat(()))
    }

    /// Never ends, and always has an element.
    #[remote]
    fn on_flood(&mut self) -> impl Stream<Item = String> + use<> {
        self.0.journal.holding(stream::repeat("flood".to_owned()))
    }

    /// Always has an element, until there have been a million.
    #[remote]
    fn on_million(&mut self) -> impl Stream<Item = String> + use<> {
        let produced = Arc::clone(&self.0.produced);
        let numbers = stream::iter(0..MILLION).map(move |number| {
            produced.fetch_add(1, Ordering::Relaxed);
            format!("{number:064}")
        });
        self.0.journal.holding(numbers)
    }

    /// Two elements, then an error, and another that is never asked for.
    #[remote]
    fn on_torn(&mut self) -> impl Stream<Item = Result<&'static str, Torn>> + use<> {
        self.0.journal.holding(stream::iter([Ok("first"), Ok("second"), Err(Torn), Ok("never")]))
    }

    /// Two elements, then the end of everything.
    #[remote]
    fn on_finale(&mut self) -> impl Stream<Item = Result<CloseFrame, Torn>> + use<> {
        self.0.journal.holding(stream::iter([Ok(CloseFrame::policy_violation("the end")), Ok(CloseFrame::normal())]))
    }

    #[remote]
    fn on_panic(&mut self) -> impl Stream<Item = u8> + use<> {
        stream::once(async { panic!("a stream panics on purpose") })
    }

    /// Waits for its cue, then says a word.
    #[remote]
    fn on_cue(&mut self) -> impl Stream<Item = &'static str> + use<> {
        let go = Arc::clone(&self.0.go);
        self.0.journal.holding(stream::once(async move {
            go.notified().await;
            "cue"
        }))
    }

    /// A callback that waits for ever, or until the peer is gone.
    #[remote]
    async fn on_interval(&mut self, caller: &Caller) {
        self.0.journal.note("interval");
        caller.closed().await;
    }

    /// As many elements as a channel holds, whose budget is tokio's.
    #[remote]
    fn on_channel(&mut self) -> impl Stream<Item = u32> + use<> {
        let (sender, receiver) = mpsc::unbounded_channel();
        (0..1000).for_each(|number| sender.send(number).expect("the receiver is there"));
        stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) })
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> impl Stream<Item = String> + use<> {
        stream::iter([format!("on_error: {error}"), "and on".to_owned()])
    }
}

/// Without any error callback.
#[derive(Default)]
struct Bare;

#[websocket::service(path = "/bare")]
impl Bare {
    #[remote]
    fn on_open(&mut self) -> impl Stream<Item = Result<u8, Torn>> + use<> {
        stream::iter([Ok(1), Err(Torn), Ok(2)])
    }
}

/// A text starts a stream that goes on until a binary message.
struct Narrow {
    journal: Journal,
    ends: VecDeque<oneshot::Sender<()>>,
}

#[websocket::service(path = "/narrow", state = Journal)]
impl Narrow {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self { journal: journal.clone(), ends: VecDeque::new() }
    }

    #[remote]
    fn on_text_message(&mut self, _text: &str) -> impl Stream<Item = ()> + use<> {
        let last_will = self.journal.last_will();
        let (sender, receiver) = oneshot::channel();
        self.ends.push_back(sender);
        stream::once(async move {
            let _ = receiver.await;
            drop(last_will);
        })
    }

    #[remote]
    fn on_binary_message(&mut self, _data: &[u8]) {
        drop(self.ends.pop_front());
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> String {
        error.to_string()
    }
}

async fn start() -> (RawClient, Stage, Entries) {
    let (journal, entries) = journal();
    let stage = Stage { journal, go: Arc::default(), produced: Arc::default() };
    let address = serve(Listener::new(0).service_with::<Theatre>(stage.clone())).await;
    let mut client = RawClient::connect_with_little_room(address).await;
    client.upgrades("/theatre").await;
    (client, stage, entries)
}

async fn play(client: &mut RawClient, name: &str) {
    client.send_frame(TEXT, format!(r#"{{"play":"{name}"}}"#)).await;
}

#[tokio::test]
async fn each_element_is_a_message() {
    let (mut client, ..) = start().await;
    play(&mut client, "kinds").await;
    client.expects(TEXT, "a").await;
    client.expects(BINARY, "b").await;
    play(&mut client, "options").await;
    client.expects(TEXT, "1").await;
    client.expects(TEXT, "2").await;
    play(&mut client, "dynamic").await;
    client.expects(TEXT, "boxed").await;
    play(&mut client, "channel").await;
    for number in 0..1000 {
        client.expects(TEXT, number.to_string()).await;
    }
}

#[tokio::test]
async fn everything_else_goes_on_meanwhile() {
    let (mut client, stage, mut entries) = start().await;
    for name in ["silence", "nothing", "cue", "silence"] {
        play(&mut client, name).await;
    }
    for round in 0..100 {
        client.send_frame(TEXT, format!("{round}")).await;
        client.expects(TEXT, format!("{round}")).await;
        client.send_frame(PING, "p").await;
        client.expects(PONG, "p").await;
    }
    stage.go.notify_one();
    client.expects(TEXT, "cue").await;
    assert_eq!(entries.next().await, "dropped", "a stream is dropped when it has ended");
    assert_eq!(entries.try_next(), None);
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.expects(CLOSE, close_payload(1000, "")).await;
    entries.expect(&["dropped"; 3]).await;
}

#[tokio::test]
async fn streams_run_while_a_callback_waits() {
    let (mut client, stage, mut entries) = start().await;
    for name in ["cue", "silence", "interval"] {
        play(&mut client, name).await;
    }
    assert_eq!(entries.next().await, "interval");
    stage.go.notify_one();
    client.expects(TEXT, "cue").await;
    client.send_frame(PING, "p").await;
    client.expects(PONG, "p").await;
    drop(client);
    entries.expect(&["dropped", "dropped"]).await;
}

#[tokio::test]
async fn an_error_ends_its_stream_alone() {
    let (mut client, stage, mut entries) = start().await;
    play(&mut client, "cue").await;
    play(&mut client, "torn").await;
    client.expects(TEXT, "first").await;
    client.expects(TEXT, "second").await;
    client.expects(TEXT, "on_error: the curtain is torn").await;
    client.expects(TEXT, "and on").await;
    assert_eq!(entries.next().await, "dropped");
    stage.go.notify_one();
    client.expects(TEXT, "cue").await;
}

#[tokio::test]
async fn an_error_that_nobody_handles_closes_with_1011() {
    let mut client = RawClient::upgrade(serve(Listener::new(0).service::<Bare>()).await, "/bare").await;
    client.expects(TEXT, "1").await;
    client.expects(CLOSE, close_payload(1011, "")).await;
}

#[tokio::test]
async fn a_close_frame_closes() {
    let (mut client, _stage, mut entries) = start().await;
    play(&mut client, "silence").await;
    play(&mut client, "finale").await;
    client.expects(CLOSE, close_payload(1008, "the end")).await;
    entries.expect(&["dropped", "dropped"]).await;
}

#[tokio::test]
async fn a_panic_closes_with_1011() {
    let (mut client, _stage, mut entries) = start().await;
    play(&mut client, "silence").await;
    play(&mut client, "panic").await;
    client.expects(CLOSE, close_payload(1011, "")).await;
    entries.expect(&["dropped"]).await;
}

#[tokio::test]
async fn a_stream_ends_with_its_connection() {
    let (mut client, _stage, mut entries) = start().await;
    play(&mut client, "flood").await;
    play(&mut client, "silence").await;
    client.expects(TEXT, "flood").await;
    drop(client);
    entries.expect(&["dropped", "dropped"]).await;
}

#[tokio::test]
async fn only_so_many_run_at_once() {
    let (journal, mut entries) = journal();
    let listener = Listener::new(0).max_streams(2).service_with::<Narrow>(journal);
    let mut client = RawClient::upgrade(serve(listener).await, "/narrow").await;
    client.send_frame(TEXT, "").await;
    client.send_frame(TEXT, "").await;
    client.send_frame(TEXT, "").await;
    client.expects(TEXT, "connection has 2 streams already").await;
    assert_eq!(entries.next().await, "dropped", "the one too many");
    client.send_frame(BINARY, "").await;
    assert_eq!(entries.next().await, "dropped", "the first");
    client.send_frame(TEXT, "").await;
    client.send_frame(TEXT, "").await;
    client.expects(TEXT, "connection has 2 streams already").await;
}

#[tokio::test]
async fn a_slow_reader_holds_its_stream_back_and_nothing_else() {
    let (mut client, stage, mut entries) = start().await;
    play(&mut client, "million").await;
    let (mut read, mut most) = (0, 0);
    let mut rounds = 0;
    while read < MILLION {
        rounds += 1;
        client.send_frame(TEXT, format!("{rounds}")).await;
        client.send_frame(PING, "p").await;
        most = most.max(stage.produced.load(Ordering::Relaxed) - read);
        let mut answers = Vec::new();
        let mut pause = 5000;
        while answers.len() < 2 || pause > 0 && read < MILLION {
            let frame = client.frame().await.expect("the connection lives on");
            if frame.payload.len() == ELEMENT {
                assert_eq!(frame.payload, format!("{read:064}").as_bytes(), "nothing is lost or out of order");
                read += 1;
                pause -= 1;
            } else {
                answers.push(frame.payload);
            }
        }
        assert!(answers.contains(&rounds.to_string().into_bytes()) && answers.contains(&b"p".to_vec()), "{answers:?}");
    }
    println!("{rounds} rounds, at most {most} elements ahead of their reader");
    // Our low-water mark is 32 KiB; the rest is what the operating system takes on both sides.
    assert!(most * ELEMENT < 1 << 20, "{most} elements are ahead of their reader");
    assert_eq!(entries.next().await, "dropped");
}

const MILLION: usize = 1_000_000;
/// Bytes.
const ELEMENT: usize = 64;
