//! A client whose messages go to callbacks.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tests::network::{Diary, Network};
use tests::raw::{BINARY, CLOSE, Frame, PING, PONG, TEXT, close_payload};
use tests::raw_server::RawPeer;
use tokio::io::DuplexStream;
use tokio::time::Instant;
use websocket::{Caller, Client, ClientBuilder, CloseCode, CloseFrame, Error, Handler, RetryConfig, Stream};

#[derive(Debug, Deserialize, Serialize)]
struct Price {
    event: String,
    amount: u32,
}

/// Tells what it hears.
struct Listener {
    told: Sender<String>,
    count: u32,
}

impl Listener {
    fn new() -> (Self, Receiver<String>) {
        let (told, heard) = channel();
        (Self { told, count: 0 }, heard)
    }

    fn tell(&mut self, what: impl Into<String>) {
        self.count += 1;
        let count = self.count;
        self.told.send(format!("{count} {}", what.into())).expect("the test listens");
    }
}

#[websocket::client(dispatcher_key = "event", dispatcher_stream_id = "ref", idle_timeout = 20)]
impl Listener {
    #[remote]
    fn on_open(&mut self, caller: &Caller) -> String {
        self.tell(format!("open {:?}", caller.subprotocol()));
        "hello".to_owned()
    }

    #[remote]
    async fn on_text_message(&mut self, text: &str) -> Result<String, String> {
        self.tell(format!("text {text}"));
        match text {
            "fail" => Err("asked to fail".to_owned()),
            "panic" => panic!("asked to panic"),
            text => Ok(text.to_uppercase()),
        }
    }

    #[remote]
    fn on_binary_message(&mut self, data: &[u8]) -> Vec<u8> {
        self.tell(format!("binary {data:?}"));
        data.iter().rev().copied().collect()
    }

    #[remote]
    fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        self.tell("ping");
        [data, b"!"].concat()
    }

    #[remote]
    fn on_pong(&mut self, data: &[u8]) {
        self.tell(format!("pong {}", data.escape_ascii()));
    }

    #[remote]
    fn on_price(&mut self, price: Price) -> Price {
        self.tell(format!("price {}", price.amount));
        Price { event: "seen".to_owned(), ..price }
    }

    #[remote]
    fn on_count(&mut self) -> impl Stream<Item = Price> + use<> {
        futures_util::stream::iter(0..3).map(|amount| Price { event: "item".to_owned(), amount })
    }

    #[remote]
    fn on_leave(&mut self) -> CloseFrame {
        CloseFrame::new(4001, "enough").expect("it may be sent")
    }

    #[remote]
    fn on_price_error(&mut self, error: &Error) -> String {
        self.tell("price error");
        error.to_string()
    }

    #[remote]
    fn on_idle_timeout(&mut self) -> &'static str {
        self.tell("idle");
        "anybody there?"
    }

    #[remote]
    fn on_error(&mut self, error: &Error) {
        self.tell(format!("error {error}"));
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode, reason: &str) {
        self.tell(format!("close {} {reason}", status.as_u16()));
    }
}

async fn connect<H: Handler>(
    network: &mut Network,
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    handler: H,
) -> (Client, RawPeer<DuplexStream>) {
    let connecting = tokio::spawn(configure(network.client()).connect_with(handler));
    let peer = network.upgraded().await;
    (connecting.await.expect("it does not panic").expect("it was accepted"), peer)
}

fn lines(heard: &Receiver<String>) -> Vec<String> {
    heard.try_iter().collect()
}

async fn hears_json(peer: &mut RawPeer<DuplexStream>) -> serde_json::Value {
    let Some(Frame { first: TEXT, payload }) = peer.frame().await else { panic!("a text message comes") };
    serde_json::from_slice(&payload).expect("it is JSON")
}

#[tokio::test(start_paused = true)]
async fn every_callback_is_called() {
    let mut network = Network::default();
    let (handler, heard) = Listener::new();
    let (client, mut peer) = connect(&mut network, |builder| builder, handler).await;
    peer.expects(TEXT, "hello").await;
    peer.send_frame(TEXT, "text").await;
    peer.expects(TEXT, "TEXT").await;
    peer.send_frame(BINARY, [1, 2, 3]).await;
    peer.expects(BINARY, [3, 2, 1]).await;
    peer.send_frame(PING, "are you there?").await;
    peer.expects(PONG, "are you there?!").await;
    client.ping("and you?").await.expect("it is open");
    peer.expects(PING, "and you?").await;
    peer.send_frame(PONG, "yes").await;
    peer.send_frame(TEXT, r#"{"event":"price","amount":7,"ref":[1]}"#).await;
    assert_eq!(hears_json(&mut peer).await, json!({ "event": "seen", "amount": 7, "ref": [1] }));
    peer.send_frame(TEXT, r#"{"event":"price","amount":"much","ref":2}"#).await;
    let Some(Frame { first: TEXT, payload }) = peer.frame().await else { panic!("an answer comes") };
    assert!(payload.starts_with(b"data binding failed: amount"), "{}", payload.escape_ascii());
    peer.send_frame(TEXT, r#"{"event":"count","ref":"c"}"#).await;
    for amount in 0..3 {
        assert_eq!(hears_json(&mut peer).await, json!({ "event": "item", "amount": amount, "ref": "c" }));
    }
    peer.send_frame(TEXT, "fail").await;
    let begin = Instant::now();
    peer.expects(TEXT, "anybody there?").await;
    assert!(begin.elapsed() >= Duration::from_secs(20), "{:?}", begin.elapsed());
    peer.send_frame(CLOSE, close_payload(1000, "done")).await;
    peer.expects(CLOSE, close_payload(1000, "")).await;
    client.closed().await;
    assert_eq!(client.read().await.expect("it is no error"), None);
    assert_eq!(client.close_status(), Some((CloseCode::NORMAL, "done")));
    let expected = [
        "1 open None",
        "2 text text",
        "3 binary [1, 2, 3]",
        "4 ping",
        "5 pong yes",
        "6 price 7",
        "7 price error",
        "8 text fail",
        "9 error asked to fail",
        "10 idle",
        "11 close 1000 done",
    ];
    assert_eq!(lines(&heard), expected);
}

#[tokio::test(start_paused = true)]
async fn the_handler_closes() {
    let mut network = Network::default();
    let (handler, heard) = Listener::new();
    let running = tokio::spawn(network.client().retry(RetryConfig::new()).run(handler));
    let mut peer = network.upgraded().await;
    peer.expects(TEXT, "hello").await;
    peer.send_frame(TEXT, r#"{"event":"leave"}"#).await;
    peer.expects(CLOSE, close_payload(4001, "enough")).await;
    // A server that closed with it first would be connected to again.
    peer.send_frame(CLOSE, close_payload(1001, "bye")).await;
    let (code, reason) = running.await.expect("it does not panic").expect("it is no error");
    assert_eq!((code, reason.as_str()), (CloseCode::GOING_AWAY, "bye"));
    assert_eq!(lines(&heard), ["1 open None", "2 close 1001 bye"]);
    assert!(network.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn the_handler_stays_the_same_on_all_connections() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let (handler, heard) = Listener::new();
    let retry = diary.listen(RetryConfig::new());
    let (client, mut peer) = connect(&mut network, |builder| builder.retry(retry), handler).await;
    peer.expects(TEXT, "hello").await;
    peer.send_frame(TEXT, "one").await;
    peer.expects(TEXT, "ONE").await;
    drop(peer);
    let dial = network.dialed().await;
    client.write_text("kept").await.expect("it waits");
    let mut peer = dial.accept().await;
    peer.upgrade("").await;
    // What waits goes out first; what the handler returns belongs to the connection.
    peer.expects(TEXT, "kept").await;
    peer.expects(TEXT, "hello").await;
    // The pings that ask what has arrived are nobody's business.
    let Some(Frame { first: PING, payload }) = peer.frame().await else { panic!("a ping comes") };
    peer.send_frame(PONG, payload).await;
    peer.send_frame(TEXT, "two").await;
    peer.expects(TEXT, "TWO").await;
    peer.send_frame(CLOSE, close_payload(1000, "")).await;
    client.closed().await;
    let expected = [
        "1 open None",
        "2 text one",
        "3 error connection is broken",
        "4 close 1006 ",
        "5 open None",
        "6 text two",
        "7 close 1000 ",
    ];
    assert_eq!(lines(&heard), expected);
    assert_eq!(diary.lines().last().map(String::as_str), Some("not connecting again"));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_is_not_used_again() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let (handler, heard) = Listener::new();
    let retry = diary.listen(RetryConfig::new());
    let running = tokio::spawn(network.client().retry(retry).run(handler));
    let mut peer = network.upgraded().await;
    peer.expects(TEXT, "hello").await;
    peer.send_frame(TEXT, "panic").await;
    peer.expects(CLOSE, close_payload(1011, "")).await;
    let error = running.await.expect("it does not panic").expect_err("the handler did");
    assert_eq!(error.to_string(), "the handler panicked");
    assert_eq!(lines(&heard), ["1 open None", "2 text panic"]);
    assert_eq!(diary.lines()[2..], ["connection lost: the handler panicked", "not connecting again"]);
    assert!(network.is_quiet());
}

/// Has no `on_error`.
struct Plain;

#[websocket::client]
impl Plain {
    #[remote]
    fn on_text_message(&mut self, _text: String) -> Result<(), String> {
        Err("not today".to_owned())
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_nobody_handles_closes() {
    let mut network = Network::default();
    let running = tokio::spawn(network.client().run(Plain));
    let mut peer = network.upgraded().await;
    // Pings are answered without a callback.
    peer.send_frame(PING, "x").await;
    peer.expects(PONG, "x").await;
    peer.send_frame(TEXT, "x").await;
    peer.expects(CLOSE, close_payload(1011, "")).await;
    peer.send_frame(CLOSE, close_payload(1011, "")).await;
    let (code, _) = running.await.expect("it does not panic").expect("it is no error");
    assert_eq!(code, CloseCode::INTERNAL_ERROR);
}

/// Fails as a connection does that breaks, and goes on.
struct Clumsy;

#[websocket::client]
impl Clumsy {
    #[remote]
    fn on_text_message(&mut self, _text: String) -> Result<(), Error> {
        Err(Error::Io(std::io::ErrorKind::ConnectionReset.into()))
    }

    #[remote]
    fn on_error(&mut self, _error: &Error) {}
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_callback_is_none_of_the_connection() {
    let mut network = Network::default();
    let running = tokio::spawn(network.client().run(Clumsy));
    let mut peer = network.upgraded().await;
    peer.send_frame(TEXT, "x").await;
    peer.send_frame(CLOSE, close_payload(1000, "")).await;
    peer.expects(CLOSE, close_payload(1000, "")).await;
    let (code, _) = running.await.expect("it does not panic").expect("it is no error");
    assert_eq!(code, CloseCode::NORMAL);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_is_an_error() {
    let mut network = Network::default();
    let running = tokio::spawn(network.client().run(Plain));
    drop(network.upgraded().await);
    let error = running.await.expect("it does not panic").expect_err("the connection broke");
    assert!(matches!(error, Error::Io(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn run_that_is_dropped_goes_away() {
    let mut network = Network::default();
    let (handler, heard) = Listener::new();
    let running = tokio::spawn(network.client().run(handler));
    let mut peer = network.upgraded().await;
    peer.expects(TEXT, "hello").await;
    running.abort();
    peer.expects(CLOSE, close_payload(1001, "")).await;
    peer.send_frame(CLOSE, close_payload(1001, "")).await;
    peer.ends().await;
    assert_eq!(lines(&heard), ["1 open None", "2 close 1001 "]);
}

#[tokio::test(start_paused = true)]
async fn answers_to_requests_do_not_reach_the_handler() {
    let mut network = Network::default();
    let (handler, heard) = Listener::new();
    let configure = |builder: ClientBuilder| builder.dispatcher_stream_id("id");
    let (client, mut peer) = connect(&mut network, configure, handler).await;
    peer.expects(TEXT, "hello").await;
    let answering = async {
        let asked = hears_json(&mut peer).await;
        peer.send_frame(TEXT, r#"{"event":"price","amount":1}"#).await;
        hears_json(&mut peer).await;
        peer.send_frame(TEXT, json!({ "event": "price", "amount": 2, "id": asked["id"] }).to_string()).await;
    };
    let asked = json!({ "event": "ask" });
    let (price, ()) = tokio::join!(client.request::<Price>(&asked), answering);
    assert_eq!(price.expect("it is an answer").amount, 2);
    assert_eq!(lines(&heard), ["1 open None", "2 price 1"]);
}

#[tokio::test]
async fn client_run_connects_by_itself() {
    let error = Client::run("ws://localhost/#", Plain).await.expect_err("the url has a fragment");
    assert!(matches!(error, Error::Connect(_)), "{error:?}");
}
