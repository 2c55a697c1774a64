//! The span and the events of connections in `docs/observability.md`, one by one, and what is in none of them.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use tests::event_table::is_listed;
use tests::log::{Entry, Log, Record};
use tests::raw::{BINARY, CLOSE, RawClient, TEXT, close_payload, handshake};
use tests::server::serve;
use tracing::Level;
use websocket::{Caller, CloseFrame, Error, Listener, SlowReceivers, Validate, ValidationError};

/// What must not be in the log.
const SECRET: &str = "hunter2";

#[derive(Deserialize)]
struct Order {
    #[expect(dead_code, reason = "it only has to be there")]
    amount: u32,
}

#[derive(Deserialize)]
struct Name(String);

impl Validate for Name {
    fn validate(&self) -> Result<(), ValidationError> {
        Err(ValidationError::new(&self.0, format!("{} is no name", self.0)))
    }
}

struct Busy;

#[websocket::service(
    path = "/busy/<room>",
    subprotocols = ["busy.v1"],
    dispatcher_key = "event",
    ping_interval = PATIENCE,
    pong_timeout = PATIENCE,
    connection_closure_timeout = 0.05
)]
impl Busy {
    #[upgrade]
    fn connect(_room: String) -> Self {
        Self
    }

    #[remote]
    fn on_log(&mut self) {
        tracing::info!("from a callback");
    }

    #[remote]
    fn on_order(&mut self, _order: Order) {}

    #[remote]
    fn on_json(&mut self) -> Result<(), serde_json::Error> {
        serde_json::from_str::<u32>(&format!("{SECRET:?}")).map(drop)
    }

    #[remote]
    fn on_fail(&mut self) -> Result<(), String> {
        Err("the words of the service".to_owned())
    }

    #[remote]
    fn on_twin(&mut self, _order: Order) {}

    #[remote]
    fn on_twin_error(&mut self, _error: &Error) -> Result<(), String> {
        Err("also the error callback".to_owned())
    }

    #[remote]
    fn on_panic(&mut self) {
        panic!("on purpose");
    }

    #[remote]
    fn on_leave(&mut self) -> CloseFrame {
        CloseFrame::new(1000, SECRET).expect("it may be sent")
    }

    #[remote]
    async fn on_late(&mut self, caller: &Caller) -> &'static str {
        drop(caller.close(CloseFrame::normal()).await);
        SECRET
    }

    #[remote]
    fn on_close(&mut self) -> Result<(), String> {
        Err("the last one".to_owned())
    }
}

const PATIENCE: f64 = 0.05; // seconds

/// Writes more than the operating system takes.
#[derive(Default)]
struct Flood;

#[websocket::service(path = "/flood")]
impl Flood {
    #[remote]
    async fn on_open(&mut self, caller: &Caller) -> websocket::Result<()> {
        let large = vec![b'x'; 60_000];
        for _ in 0..500 {
            caller.write_binary(&large).await?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Strict;

#[websocket::service(path = "/strict")]
impl Strict {
    #[remote]
    fn on_message(&mut self, _name: Name) {}
}

async fn start(listener: Listener) -> SocketAddr {
    serve(listener.service::<Busy>().service::<Flood>().service::<Strict>()).await
}

async fn connect(address: SocketAddr) -> RawClient {
    RawClient::upgrade(address, &format!("/busy/{SECRET}?token={SECRET}")).await
}

/// A server and a client, one frame, and the event that it leads to.
async fn entry(message: &str, path: &str, first: u8, payload: impl AsRef<[u8]>) -> Entry {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0)).await;
    let mut client = RawClient::upgrade(address, path).await;
    client.send_frame(first, payload).await;
    let entry = log.expects(message).await;
    is_listed(&entry.record);
    let span = entry.span.clone().expect("it is in a span");
    assert_eq!(entry.record.field("connection"), span.field("id"));
    assert_eq!((span.name.as_str(), span.target.as_str()), ("connection", "websocket::connection"));
    drop(client);
    log.expects("connection closed").await;
    assert!(!log.text().contains(SECRET), "{}", log.text());
    entry
}

async fn busy(message: &str, event: &str) -> Record {
    let payload = format!(r#"{{"event":"{event}","amount":"{SECRET}"}}"#);
    entry(message, &format!("/busy/{SECRET}"), TEXT, payload).await.record
}

#[tokio::test]
async fn a_connection_has_a_span_in_which_its_callbacks_log() {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0)).await;
    let mut client = RawClient::connect(address).await;
    let more = "Sec-WebSocket-Protocol: busy.v1\r\n";
    client.send(handshake(&format!("/busy/{SECRET}?token={SECRET}"), more)).await;
    assert_eq!(client.response().await.status, 101);
    client.send_frame(TEXT, r#"{"event":"log"}"#).await;
    let inner = log.expects("from a callback").await;
    client.send_frame(CLOSE, close_payload(4001, SECRET)).await;
    client.is_closed_with(4001).await;
    let closed = log.expects("connection closed").await;

    let span = inner.span.expect("the callback runs in the span");
    let peer = span.field("peer").parse::<SocketAddr>().expect("an address");
    assert!(peer.ip().is_loopback());
    assert_eq!((span.field("path"), span.field("service")), ("/busy/<room>", "Busy"));
    assert_eq!((span.field("subprotocol"), span.field("id").len()), ("busy.v1", 32));
    assert_eq!((span.level, log.spans().len()), (Level::DEBUG, 1));
    let opened = log.expects("connection opened").await;
    for entry in [&opened, &closed] {
        is_listed(&entry.record);
        assert_eq!(entry.span.as_ref(), Some(&span));
    }
    assert_eq!((closed.record.field("outcome"), closed.record.field("status")), ("peer_closed", "4001"));
    assert!(closed.record.field("duration_ms").parse::<u64>().is_ok());
    assert!(!log.text().contains(SECRET), "{}", log.text());
}

#[tokio::test]
async fn without_interest_in_the_span_events_name_the_connection() {
    let (log, _guard) = Log::listen_to(|metadata| !metadata.is_span());
    let address = start(Listener::new(0)).await;
    let mut client = connect(address).await;
    client.send_frame(BINARY, SECRET).await;
    let ignored = log.expects("message ignored").await;
    assert_eq!((ignored.span, ignored.record.field("kind")), (None, "binary"));
    assert_eq!(ignored.record.field("connection").len(), 32);
}

#[tokio::test]
async fn messages_are_ignored() {
    assert_eq!(busy("message ignored", "nothing").await.field("kind"), "text");
}

#[tokio::test]
async fn errors_that_nobody_handles() {
    let binding = busy("no callback handles an error", "order").await;
    assert_eq!((binding.level, binding.field("kind")), (Level::DEBUG, "binding"));
    assert_eq!(binding.field("error"), "data binding failed: message is not JSON of the expected type");

    let payload = format!("{SECRET:?}");
    let validation = entry("no callback handles an error", "/strict", TEXT, payload).await.record;
    assert_eq!((validation.level, validation.field("kind")), (Level::DEBUG, "validation"));

    let callback = busy("no callback handles an error", "fail").await;
    assert_eq!((callback.level, callback.field("kind")), (Level::ERROR, "callback"));
    assert_eq!(callback.field("error"), "the words of the service");

    let json = busy("no callback handles an error", "json").await;
    assert_eq!(json.field("error"), "Data error in JSON at line 1 column 9");
}

#[tokio::test]
async fn errors_of_those_who_handle_errors() {
    let twin = busy("callback failed", "twin").await;
    assert_eq!((twin.field("callback"), twin.field("error")), ("error callback", "also the error callback"));
    let close = busy("callback failed", "leave").await;
    assert_eq!((close.field("callback"), close.field("error")), ("on_close", "the last one"));
    assert_eq!(busy("code of the service panicked", "panic").await.field("what"), "callback");
}

#[tokio::test]
async fn ends() {
    let broken = entry("peer broke the protocol", "/strict", 0x83, SECRET).await.record;
    assert_eq!((broken.field("error"), broken.field("status")), ("unknown opcode 0x3", "1002"));
    assert_eq!(busy("connection closed", "leave").await.field("outcome"), "close_timeout");
    assert_eq!(busy("connection closed", "panic").await.field("status"), "1011");
    busy("reply dropped: the connection is closing", "late").await;
    busy("peer did not answer a ping in time", "log").await;
}

#[tokio::test]
async fn a_connection_that_breaks() {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0)).await;
    let client = connect(address).await;
    log.expects("connection opened").await;
    client.into_stream().set_zero_linger().expect("it is accepted");
    is_listed(&log.expects("connection broke").await.record);
    assert_eq!(log.expects("connection closed").await.record.field("outcome"), "lost");
}

/// A client that does not read yet what it is flooded with, and the event about that.
async fn flooded(log: &Log, policy: SlowReceivers) -> RawClient {
    let address = start(Listener::new(0).high_water_mark(4096).slow_receivers(policy)).await;
    let mut client = RawClient::connect_with_little_room(address).await;
    client.upgrades("/flood").await;
    let slow = log.expects("receiver is slow").await.record;
    assert!(slow.field("queued_bytes").parse::<usize>().expect("a number") > 4096);
    is_listed(&slow);
    client
}

#[tokio::test]
async fn a_slow_receiver_is_disconnected() {
    let (log, _guard) = Log::listen();
    let client = flooded(&log, SlowReceivers::disconnect(Duration::from_millis(30))).await;
    let disconnected = log.expects("slow receiver disconnected").await.record;
    assert_eq!(disconnected.field("status"), "1013");
    is_listed(&disconnected);
    drop(client);
}

#[tokio::test]
async fn a_receiver_that_catches_up() {
    let (log, _guard) = Log::listen();
    let mut client = flooded(&log, SlowReceivers::Wait).await;
    loop {
        tokio::select! {
            frame = client.frame() => assert!(frame.is_some()),
            caught_up = log.expects("receiver caught up") => return is_listed(&caught_up.record),
        }
    }
}
