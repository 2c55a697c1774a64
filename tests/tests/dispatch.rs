//! Dispatch by a field of the message: which method a message reaches, and which no message ever does.

use tests::{
    raw::{BINARY, RawClient, TEXT},
    server::serve,
};
use websocket::{Bytes, Caller, Error, Listener, Message};

/// Names what was called.
#[derive(Default)]
struct Market;

#[websocket::service(path = "/market", dispatcher_key = "event", idle_timeout = 3600)]
impl Market {
    #[remote]
    fn on_open(&mut self) -> &'static str {
        "on_open"
    }

    #[remote]
    async fn on_subscribe(&mut self, caller: &Caller, request: &str) -> String {
        assert!(caller.is_open());
        format!("on_subscribe {request}")
    }

    #[remote]
    async fn on_subscribe_error(&mut self, _error: &Error) -> &'static str {
        "on_subscribe_error"
    }

    #[remote]
    fn on_heart_beat(&self) -> &'static str {
        "on_heart_beat"
    }

    #[remote(event = "heartbeat")]
    fn keep_alive(&mut self, request: Bytes) -> String {
        format!("keep_alive {}", request.len())
    }

    #[remote(event = "really: \"this\"\n")]
    fn odd(&mut self, request: Message) -> String {
        format!("odd {}", request.as_bytes().len())
    }

    #[remote(event = "un_subscribe")]
    fn exact(&mut self) -> &'static str {
        "exact"
    }

    #[remote]
    fn on_text_message(&mut self, text: &str) -> String {
        format!("on_text_message {text}")
    }

    #[remote]
    fn on_binary_message(&mut self, _data: &[u8]) -> &'static str {
        "on_binary_message"
    }

    #[remote]
    fn on_pong(&mut self, _data: &[u8]) -> &'static str {
        "on_pong"
    }

    #[remote]
    fn on_idle_timeout(&mut self) -> &'static str {
        "on_idle_timeout"
    }

    #[remote]
    fn on_error(&mut self, _error: &Error) -> &'static str {
        "on_error"
    }

    /// An ordinary method.
    #[expect(dead_code, clippy::unused_self, reason = "only a message could call it, and none must")]
    fn on_secret(&mut self) -> &'static str {
        "on_secret"
    }
}

/// Falls back to one callback for everything.
#[derive(Default)]
struct Both;

#[websocket::service(path = "/both", dispatcher_key = "type")]
impl Both {
    #[remote]
    fn on_hello(&mut self) -> &'static str {
        "on_hello"
    }

    #[remote]
    fn on_message(&mut self, message: Message) -> String {
        format!("on_message {}", message.as_bytes().len())
    }
}

/// Falls back to nothing.
#[derive(Default)]
struct Strict;

#[websocket::service(path = "/strict", dispatcher_key = "type")]
impl Strict {
    #[remote]
    fn on_hello(&mut self) -> &'static str {
        "on_hello"
    }
}

async fn client(path: &str) -> RawClient {
    let listener = Listener::new(0).service::<Market>().service::<Both>().service::<Strict>();
    RawClient::upgrade(serve(listener).await, path).await
}

async fn market() -> RawClient {
    let mut client = client("/market").await;
    client.expects(TEXT, "on_open").await;
    client
}

/// Each text reaches the method.
async fn reaches(cases: &[(&str, &str)]) {
    let mut client = market().await;
    for (text, answer) in cases {
        client.send_frame(TEXT, text).await;
        let frame = client.frame().await.expect("there is an answer");
        assert_eq!(String::from_utf8_lossy(&frame.payload), *answer, "{text}");
    }
}

async fn is_not_dispatched(texts: &[&str]) {
    let answers: Vec<_> = texts.iter().map(|text| format!("on_text_message {text}")).collect();
    let cases: Vec<_> = texts.iter().copied().zip(answers.iter().map(String::as_str)).collect();
    reaches(&cases).await;
}

#[tokio::test]
async fn an_event_reaches_the_method_with_exactly_this_value() {
    reaches(&[
        (r#"{"event":"heartbeat"}"#, "keep_alive 21"),
        (r#"{"event":"really: \"this\"\n"}"#, "odd 30"),
        (r#"{"event":"un_subscribe"}"#, "exact"),
    ])
    .await;
}

#[tokio::test]
async fn a_value_reaches_the_method_that_it_names() {
    let names = ["heart_beat", "heart-beat", "heart beat", "heartBeat", "HeartBeat", "heart.beat", "Heart_Beat"];
    let texts = names.map(|name| format!(r#"{{"event":"{name}"}}"#));
    reaches(&texts.each_ref().map(|text| (text.as_str(), "on_heart_beat"))).await;
    reaches(&[
        (
            r#"{"id":{"event":"x"},"event":"subscribe","n":[1e9]}"#,
            r#"on_subscribe {"id":{"event":"x"},"event":"subscribe","n":[1e9]}"#,
        ),
        (r#" { "event" : "\u0073ubscribe" } "#, r#"on_subscribe  { "event" : "\u0073ubscribe" } "#),
    ])
    .await;
}

#[tokio::test]
async fn a_message_without_a_method_reaches_the_fallback() {
    is_not_dispatched(&[
        r#"{"event":"unknown"}"#,
        r#"{"event":""}"#,
        r#"{"event":7}"#,
        r#"{"event":null}"#,
        r#"{"event":["subscribe"]}"#,
        r#"{"Event":"subscribe"}"#,
        r#"{"x":{"event":"subscribe"}}"#,
        r#"["event","subscribe"]"#,
        r#""subscribe""#,
        "subscribe",
        r#"{"event":"subscribe""#,
        "",
    ])
    .await;
}

#[tokio::test]
async fn no_message_reaches_a_lifecycle_callback_an_error_twin_or_an_ordinary_method() {
    let values = [
        "open",
        "on_open",
        "close",
        "error",
        "on_error",
        "ping",
        "pong",
        "idle_timeout",
        "binary_message",
        "message",
        "subscribe_error",
        "subscribeError",
        "on_subscribe",
        "secret",
        "keep_alive",
        "odd",
        "exact",
    ];
    let texts = values.map(|value| format!(r#"{{"event":"{value}"}}"#));
    is_not_dispatched(&texts.each_ref().map(String::as_str)).await;
}

#[tokio::test]
async fn binary_messages_are_not_dispatched() {
    let mut client = market().await;
    client.send_frame(BINARY, r#"{"event":"subscribe"}"#).await;
    client.expects(TEXT, "on_binary_message").await;
}

#[tokio::test]
async fn on_message_is_a_fallback_too() {
    let mut client = client("/both").await;
    for (text, answer) in
        [(r#"{"type":"hello"}"#, "on_hello"), (r#"{"type":"message"}"#, "on_message 18"), ("x", "on_message 1")]
    {
        client.send_frame(TEXT, text).await;
        client.expects(TEXT, answer).await;
    }
    client.send_frame(BINARY, r#"{"type":"hello"}"#).await;
    client.expects(TEXT, "on_message 16").await;
}

#[tokio::test]
async fn without_a_fallback_a_message_is_ignored() {
    let mut client = client("/strict").await;
    for text in [r#"{"type":"bye"}"#, "hello", r#"{"type":"hello"}"#] {
        client.send_frame(TEXT, text).await;
    }
    client.send_frame(BINARY, "hello").await;
    client.expects(TEXT, "on_hello").await;
    client.send_frame(TEXT, r#"{"type":"Hello"}"#).await;
    client.expects(TEXT, "on_hello").await;
}
