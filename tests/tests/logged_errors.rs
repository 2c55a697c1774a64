//! What the peer is not told goes to the log: every error that no callback handles.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::stream;
use serde::Deserialize;
use tests::{
    raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload},
    server::serve,
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};
use websocket::{Error, Listener, Stream};

#[derive(Deserialize)]
struct Order {
    #[expect(dead_code, reason = "it only has to be there")]
    amount: u32,
}

/// Fails in every way, and handles nothing.
#[derive(Default)]
struct Failing;

#[websocket::service(path = "/failing", dispatcher_key = "event")]
impl Failing {
    #[remote]
    fn on_fail(&mut self) -> Result<(), String> {
        Err(SECRET.to_owned())
    }

    #[remote]
    fn on_stream(&mut self) -> impl Stream<Item = Result<(), String>> + use<> {
        stream::iter([Err(SECRET.to_owned())])
    }

    #[remote]
    fn on_order(&mut self, _order: Order) {}

    #[remote]
    fn on_twin(&mut self, _order: Order) {}

    #[remote]
    fn on_twin_error(&mut self, _error: &Error) -> Result<(), String> {
        Err(SECRET.to_owned())
    }

    #[remote]
    fn on_panic(&mut self) {
        panic!("on purpose");
    }

    #[remote]
    fn on_ping(&mut self, _data: &[u8]) -> Result<(), String> {
        Err(SECRET.to_owned())
    }

    #[remote]
    fn on_pong(&mut self, _data: &[u8]) -> Result<(), String> {
        Err(SECRET.to_owned())
    }
}

/// Fails, and fails to handle it.
#[derive(Default)]
struct Twice;

#[websocket::service(path = "/twice")]
impl Twice {
    #[remote]
    fn on_message(&mut self, _data: &[u8]) -> Result<(), String> {
        Err("the first one".to_owned())
    }

    #[remote]
    fn on_error(&mut self, _error: &Error) -> Result<(), String> {
        Err(SECRET.to_owned())
    }
}

/// What the services of this thread have logged as errors.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Listens until the guard is dropped.
    fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let guard = tracing::subscriber::set_default(log.clone());
        (log, guard)
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("websocket") && *metadata.level() == Level::ERROR
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The fields of an event.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{}={value:?} ", field.name()).expect("a string takes everything");
    }
}

/// This frame makes the service at `path` close with `code`, and log this.
async fn is_logged(path: &str, first: u8, payload: &str, code: u16, logged: &str) {
    let (log, _guard) = Log::listen();
    let address = serve(Listener::new(0).service::<Failing>().service::<Twice>()).await;
    let mut client = RawClient::upgrade(address, path).await;
    assert_eq!(log.text(), "", "nothing has failed so far");
    client.send_frame(first, payload).await;
    let (received, reason) = client.closing().await;
    assert_eq!(received, code);
    assert!(!reason.contains("secret"), "the peer is told {reason}");
    client.send_frame(CLOSE, close_payload(code, "")).await;
    client.ends().await;
    assert!(log.text().contains(logged), "{logged} is missing in {:?}", log.text());
}

const SECRET: &str = "a secret of the server";

#[tokio::test]
async fn an_error_of_a_callback() {
    is_logged("/failing", TEXT, r#"{"event":"fail"}"#, 1011, SECRET).await;
    is_logged("/failing", PING, "", 1011, SECRET).await;
    is_logged("/failing", PONG, "", 1011, SECRET).await;
}

#[tokio::test]
async fn an_error_of_a_stream() {
    is_logged("/failing", TEXT, r#"{"event":"stream"}"#, 1011, SECRET).await;
}

#[tokio::test]
async fn an_error_of_on_error_and_of_a_twin() {
    is_logged("/twice", BINARY, "", 1011, SECRET).await;
    is_logged("/failing", TEXT, r#"{"event":"twin"}"#, 1011, SECRET).await;
}

#[tokio::test]
async fn a_message_that_does_not_fit() {
    is_logged("/failing", TEXT, r#"{"event":"order"}"#, 1003, "missing field `amount`").await;
}

#[tokio::test]
async fn a_panic() {
    is_logged("/failing", TEXT, r#"{"event":"panic"}"#, 1011, "panicked").await;
}
