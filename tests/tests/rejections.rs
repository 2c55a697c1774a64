//! A message that does not fit, or is not valid: whom it goes to, what that may answer, and whether the connection lives on.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::net::SocketAddr;

use serde::Deserialize;
use tests::{
    raw::{BINARY, CLOSE, RawClient, TEXT, close_payload, frame},
    server::{Entries, Journal, journal, serve},
};
use websocket::{Caller, CloseCode, CloseFrame, Error, Listener, Validate, ValidationError};

#[derive(Deserialize)]
struct Order {
    amount: u32,
}

impl Validate for Order {
    fn validate(&self) -> Result<(), ValidationError> {
        match self.amount {
            0 => Err(ValidationError::new("amount", "must be at least 1")),
            13 => panic!("a validation panics on purpose"),
            100.. => Err(ValidationError::new("amount", "é".repeat(200))),
            _ => Ok(()),
        }
    }
}

/// Its twins each answer in another way; there is no `on_error`.
struct Desk(Journal);

#[websocket::service(path = "/desk", state = Journal, dispatcher_key = "event")]
impl Desk {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    fn on_fails(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    fn on_fails_error(&mut self, error: &Error) -> Result<String, String> {
        Err(format!("a secret about {error}"))
    }

    #[remote]
    fn on_closes(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    async fn on_closes_error(&self, error: &Error) -> CloseFrame {
        CloseFrame::policy_violation(error.to_string())
    }

    #[remote]
    fn on_may_close(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    fn on_may_close_error(&mut self, error: &Error) -> Result<Option<CloseFrame>, String> {
        Ok(matches!(error, Error::Validation(_)).then(|| CloseFrame::policy_violation("not valid")))
    }

    #[remote(event = "heartbeat")]
    fn keep_alive(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    fn keep_alive_error(&mut self, caller: &Caller, error: &Error) -> String {
        assert!(caller.is_open());
        format!("keep_alive_error: {error}")
    }

    #[remote]
    fn on_bare(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    /// The fallback has a twin of its own.
    #[remote]
    fn on_message(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    fn on_message_error(&mut self, error: &Error) -> String {
        format!("on_message_error: {error}")
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.0.note(status.as_u16().to_string());
    }
}

/// With `on_error` alone, which closes if it is asked to.
#[derive(Default)]
struct Fallback;

#[websocket::service(path = "/fallback")]
impl Fallback {
    #[remote]
    fn on_message(&mut self, order: Order) -> Result<String, String> {
        if order.amount == 7 { Err("close".to_owned()) } else { Ok(order.amount.to_string()) }
    }

    #[remote]
    fn on_error(&mut self, caller: &Caller, error: &Error) -> Option<CloseFrame> {
        if let Error::Callback(error) = error {
            return Some(CloseFrame::policy_violation(error.to_string()));
        }
        caller.try_write_text(format!("on_error: {error}")).expect("there is room");
        None
    }
}

/// Without any error callback.
#[derive(Default)]
struct Bare;

#[websocket::service(path = "/bare")]
impl Bare {
    #[remote]
    fn on_message(&mut self, order: Order) -> String {
        order.amount.to_string()
    }
}

/// Validates nothing, and has a twin.
#[derive(Default)]
struct Lax;

#[websocket::service(path = "/lax", validation = false, dispatcher_key = "event")]
impl Lax {
    #[remote]
    fn on_order(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    fn on_order_error(&mut self, error: &Error) -> String {
        format!("on_order_error: {error}")
    }
}

async fn start() -> (SocketAddr, Entries) {
    let (journal, entries) = journal();
    let listener = Listener::new(0).service_with::<Desk>(journal).service::<Fallback>().service::<Bare>();
    (serve(listener.service::<Lax>()).await, entries)
}

/// This text makes the service at `path` close in this way, after which it handles nothing more.
async fn closes(path: &str, first: u8, message: &str, code: u16, reason: &str) {
    println!("{path} {message}");
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, path).await;
    client.send([frame(first, message), frame(first, r#"{"amount":1}"#)].concat()).await;
    assert_eq!(client.closing().await, (code, reason.to_owned()));
    client.send_frame(CLOSE, close_payload(4000, "")).await;
    client.ends().await;
    if path == "/desk" {
        entries.expect(&["4000"]).await;
    }
}

#[tokio::test]
async fn the_twin_of_a_dispatched_method_may_fail_and_tells_the_peer_nothing() {
    closes("/desk", TEXT, r#"{"event":"fails"}"#, 1011, "").await;
    closes("/desk", TEXT, r#"{"event":"fails","amount":0}"#, 1011, "").await;
}

#[tokio::test]
async fn the_twin_of_a_dispatched_method_may_close() {
    let missing = "data binding failed: missing field `amount` at line 1 column 18";
    closes("/desk", TEXT, r#"{"event":"closes"}"#, 1008, missing).await;
    let invalid = "data validation failed: amount: must be at least 1";
    closes("/desk", TEXT, r#"{"event":"closes","amount":0}"#, 1008, invalid).await;
    closes("/desk", TEXT, r#"{"event":"may_close","amount":0}"#, 1008, "not valid").await;
}

#[tokio::test]
async fn a_twin_that_handles_it_keeps_the_connection() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/desk").await;
    let cases = [
        (r#"{"event":"heartbeat","amount":0}"#, "keep_alive_error: data validation failed: amount: must be at least 1"),
        (
            r#"{"event":"heartbeat","amount":-1}"#,
            "keep_alive_error: data binding failed: amount: invalid value: integer `-1`, expected u32 at line 1 column 32",
        ),
        (r#"{"event":"heartbeat","amount":2}"#, "2"),
        // The fallback takes what is dispatched to nobody, and what is no object.
        (r#"{"event":"unknown","amount":0}"#, "on_message_error: data validation failed: amount: must be at least 1"),
        ("x", "on_message_error: data binding failed: expected value at line 1 column 1"),
        (r#"{"event":7,"amount":3}"#, "3"),
    ];
    // One that answers with nothing keeps it, too.
    client.send_frame(TEXT, r#"{"event":"may_close"}"#).await;
    for (message, answer) in cases {
        client.send_frame(TEXT, message).await;
        client.expects(TEXT, answer).await;
    }
    assert_eq!(entries.try_next(), None);
}

#[tokio::test]
async fn the_twin_of_another_method_does_not_handle_it() {
    let missing = "data binding failed: missing field `amount` at line 1 column 16";
    closes("/desk", TEXT, r#"{"event":"bare"}"#, 1003, missing).await;
    let invalid = "data validation failed: amount: must be at least 1";
    closes("/desk", TEXT, r#"{"event":"bare","amount":0}"#, 1007, invalid).await;
}

#[tokio::test]
async fn on_error_handles_what_has_no_twin_and_the_connection_lives_on() {
    let mut client = RawClient::upgrade(start().await.0, "/fallback").await;
    for first in [TEXT, BINARY] {
        client.send_frame(first, r#"{"amount":0}"#).await;
        client.expects(TEXT, "on_error: data validation failed: amount: must be at least 1").await;
        client.send_frame(first, "{}").await;
        client.expects(TEXT, "on_error: data binding failed: missing field `amount` at line 1 column 2").await;
        client.send_frame(first, r#"{"amount":1}"#).await;
        client.expects(TEXT, "1").await;
    }
}

#[tokio::test]
async fn on_error_may_close() {
    closes("/fallback", TEXT, r#"{"amount":7}"#, 1008, "close").await;
}

#[tokio::test]
async fn without_a_handler_the_close_code_says_what_was_wrong() {
    for first in [TEXT, BINARY] {
        let missing = "data binding failed: missing field `amount` at line 1 column 2";
        closes("/bare", first, "{}", 1003, missing).await;
        let invalid = "data validation failed: amount: must be at least 1";
        closes("/bare", first, r#"{"amount":0}"#, 1007, invalid).await;
        let long = format!("data validation failed: amount: {}", "é".repeat((123 - 32) / 2));
        closes("/bare", first, r#"{"amount":100}"#, 1007, &long).await;
    }
}

#[tokio::test]
async fn a_validation_that_panics_closes_with_1011() {
    let mut client = RawClient::upgrade(start().await.0, "/bare").await;
    client.send_frame(TEXT, r#"{"amount":13}"#).await;
    client.is_closed_with(1011).await;
}

#[tokio::test]
async fn without_validation_the_twin_hears_of_what_does_not_fit_alone() {
    let mut client = RawClient::upgrade(start().await.0, "/lax").await;
    for amount in ["0", "13", "100"] {
        client.send_frame(TEXT, format!(r#"{{"event":"order","amount":{amount}}}"#)).await;
        client.expects(TEXT, amount).await;
    }
    client.send_frame(TEXT, r#"{"event":"order"}"#).await;
    let missing = "on_order_error: data binding failed: missing field `amount` at line 1 column 17";
    client.expects(TEXT, missing).await;
}
