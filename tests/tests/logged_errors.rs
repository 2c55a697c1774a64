//! What the peer is not told goes to the log: every error that no callback handles.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use futures_util::stream;
use serde::Deserialize;
use tests::{
    log::Log,
    raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload},
    server::serve,
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

/// This frame makes the service at `path` close with `code`, and log this.
async fn is_logged(path: &str, first: u8, payload: &str, code: u16, logged: &str) {
    let (log, _guard) = Log::listen();
    let address = serve(Listener::new(0).service::<Failing>().service::<Twice>()).await;
    let mut client = RawClient::upgrade(address, path).await;
    assert!(!log.text().contains(logged), "nothing has failed so far");
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
    is_logged("/failing", TEXT, r#"{"event":"order"}"#, 1003, "message is not JSON of the expected type").await;
}

#[tokio::test]
async fn a_panic() {
    is_logged("/failing", TEXT, r#"{"event":"panic"}"#, 1011, "panicked").await;
}
