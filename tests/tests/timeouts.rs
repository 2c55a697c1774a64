//! What happens when time passes: on a clock that stands still until everybody waits, and therefore in memory.

use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::{
    raw::{CLOSE, PONG, RawClient, TEXT, close_payload},
    server::{Entries, Journal, LastWill, journal},
};
use tokio::{
    io::{DuplexStream, duplex},
    task::yield_now,
    time::{Instant, advance},
};
use websocket::{Caller, CloseCode, CloseFrame, Error, Router};

/// Has no callback for idleness.
struct Quiet {
    journal: Journal,
    _last_will: LastWill,
}

#[websocket::service(path = "/quiet", state = Journal, idle_timeout = 10)]
impl Quiet {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self { journal: journal.clone(), _last_will: journal.last_will() }
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.journal.note(format!("close {}", status.as_u16()));
    }
}

/// Says when it is idle, three times.
struct Bored {
    times: u8,
    started: Instant,
}

#[websocket::service(path = "/bored", state = Journal, idle_timeout = 1.5)]
impl Bored {
    #[upgrade]
    fn accept() -> Self {
        Self { times: 0, started: Instant::now() }
    }

    #[remote]
    async fn on_idle_timeout(&mut self, caller: &Caller) -> Result<Option<String>, Error> {
        self.times += 1;
        if self.times == 3 {
            caller.close(CloseFrame::new(4000, "bored").expect("it may be sent")).await?;
        }
        Ok(caller.is_open().then(|| format!("idle {} after {:?}", self.times, self.started.elapsed())))
    }

    #[remote]
    fn on_text_message(&mut self, _text: &str) {}
}

/// Is never idle.
struct Tireless;

#[websocket::service(path = "/tireless", state = Journal, idle_timeout = 0)]
impl Tireless {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote]
    fn on_idle_timeout(&mut self) -> &'static str {
        "idle"
    }
}

/// Closes when it is told to, and tells how long that took.
struct Closing(Journal);

#[websocket::service(path = "/closing", state = Journal, connection_closure_timeout = 7)]
impl Closing {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, _text: &str) {
        let begin = Instant::now();
        let closed = caller.close(CloseFrame::normal()).await;
        self.0.note(format!("{closed:?} after {:?}", begin.elapsed()));
    }
}

/// Like it, with the default.
struct ClosingByDefault(Journal);

#[websocket::service(path = "/closing/by_default", state = Journal)]
impl ClosingByDefault {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, _text: &str) {
        let begin = Instant::now();
        let closed = caller.close(CloseFrame::normal()).await;
        self.0.note(format!("{closed:?} after {}", begin.elapsed().as_secs()));
    }
}

async fn connect(path: &str) -> (RawClient<DuplexStream>, Entries) {
    let (journal, entries) = journal();
    let router = Router::builder()
        .service_with::<Quiet>(journal.clone())
        .service_with::<Bored>(journal.clone())
        .service_with::<Tireless>(journal.clone())
        .service_with::<Closing>(journal.clone())
        .service_with::<ClosingByDefault>(journal)
        .build()
        .expect("the router is built");
    let (ours, theirs) = duplex(64 * 1024);
    let serving = http1::Builder::new().serve_connection(TokioIo::new(theirs), TowerToHyperService::new(router));
    tokio::spawn(serving.with_upgrades());
    let mut client = RawClient::new(ours);
    client.upgrades(path).await;
    (client, entries)
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_closes_with_1001() {
    let (mut client, mut entries) = connect("/quiet").await;
    let begin = Instant::now();
    assert_eq!(client.closing().await.0, 1001);
    assert_eq!(begin.elapsed().as_secs(), 10);
    client.send_frame(CLOSE, close_payload(1001, "")).await;
    client.ends().await;
    entries.expect(&["close 1001", "dropped"]).await;
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_keeps_a_connection_from_being_idle() {
    let (mut client, _entries) = connect("/quiet").await;
    for _ in 0..5 {
        advance(Duration::from_secs(9)).await;
        client.send_frame(PONG, "").await; // without an answer, which would count, too
        for _ in 0..10 {
            yield_now().await;
        }
    }
    client.send([0x81]).await; // the beginning of a frame is a sign of life, too
    let begin = Instant::now();
    assert_eq!(client.closing().await.0, 1001);
    assert_eq!(begin.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn what_goes_out_keeps_a_connection_from_being_idle() {
    let (journal, mut callers) = tokio::sync::mpsc::unbounded_channel();
    let router = Router::builder().service_with::<Pushed>(journal).build().expect("the router is built");
    let (ours, theirs) = duplex(64 * 1024);
    let serving = http1::Builder::new().serve_connection(TokioIo::new(theirs), TowerToHyperService::new(router));
    tokio::spawn(serving.with_upgrades());
    let mut client = RawClient::new(ours);
    client.upgrades("/pushed").await;
    let caller: Caller = callers.recv().await.expect("it opens");
    for _ in 0..5 {
        advance(Duration::from_secs(9)).await;
        caller.write_text("hello").await.expect("it is open");
        client.expects(TEXT, "hello").await;
    }
    let begin = Instant::now();
    assert_eq!(client.closing().await.0, 1001);
    assert_eq!(begin.elapsed().as_secs(), 10);
}

/// Is written to from outside.
struct Pushed(tokio::sync::mpsc::UnboundedSender<Caller>);

#[websocket::service(path = "/pushed", state = tokio::sync::mpsc::UnboundedSender<Caller>, idle_timeout = Duration::from_secs(10))]
impl Pushed {
    #[upgrade]
    fn accept(callers: &tokio::sync::mpsc::UnboundedSender<Caller>) -> Self {
        Self(callers.clone())
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        self.0.send(caller.clone()).expect("the test waits");
    }
}

#[tokio::test(start_paused = true)]
async fn on_idle_timeout_repeats_and_the_connection_stays() {
    let (mut client, _entries) = connect("/bored").await;
    for expected in ["idle 1 after 1.5", "idle 2 after 3"] {
        let text = client.frame().await.expect("it says so").payload;
        let text = String::from_utf8(text).expect("it is text");
        assert!(text.starts_with(expected), "{text}");
    }
    assert_eq!(client.closing().await, (4000, "bored".to_owned()));
    client.send_frame(CLOSE, close_payload(4000, "")).await;
    client.ends().await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_timeout_of_zero_is_off() {
    let (mut client, _entries) = connect("/tireless").await;
    let silence = tokio::time::timeout(Duration::from_secs(20), client.frame()).await;
    assert!(silence.is_err(), "{silence:?}");
    client.send_frame(tests::raw::PING, "still here?").await;
    client.expects(PONG, "still here?").await;
}

#[tokio::test(start_paused = true)]
async fn the_peer_has_the_closure_timeout_to_answer_a_close_frame() {
    let (mut client, mut entries) = connect("/closing").await;
    client.send_frame(TEXT, "close").await;
    assert_eq!(client.closing().await.0, 1000);
    let result = entries.next().await;
    assert!(result.starts_with("Err(CloseTimeout) after 7"), "{result}");
    client.ends().await;

    let (mut client, mut entries) = connect("/closing").await;
    client.send_frame(TEXT, "close").await;
    assert_eq!(client.closing().await.0, 1000);
    advance(Duration::from_secs(6)).await;
    // Other frames do not answer it.
    client.send_frame(TEXT, "not yet").await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    let result = entries.next().await;
    assert!(result.starts_with("Ok(()) after 6"), "{result}");
    client.ends().await;
}

#[tokio::test(start_paused = true)]
async fn the_closure_timeout_is_a_minute_by_default() {
    let (mut client, mut entries) = connect("/closing/by_default").await;
    client.send_frame(TEXT, "close").await;
    assert_eq!(client.closing().await.0, 1000);
    advance(Duration::from_secs(59)).await;
    assert_eq!(entries.try_next(), None);
    entries.expect(&["Err(CloseTimeout) after 60"]).await;
}
