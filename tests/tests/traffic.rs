//! The target `websocket::traffic` of `docs/observability.md`: payloads in the log, for those who ask for them.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here"
)]

use serde::Deserialize;
use tests::event_table::is_listed;
use tests::log::Log;
use tests::raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload};
use tests::server::serve;
use tracing::Level;
use websocket::Listener;

#[derive(Deserialize)]
struct Order {
    #[expect(dead_code, reason = "it only has to be there")]
    amount: u32,
}

#[derive(Default)]
struct Shop;

#[websocket::service(path = "/")]
impl Shop {
    #[remote]
    fn on_text_message(&mut self, _text: &str) -> &'static str {
        "thanks"
    }

    #[remote]
    fn on_binary_message(&mut self, _data: &[u8]) {}
}

#[derive(Default)]
struct Orders;

#[websocket::service(path = "/orders")]
impl Orders {
    #[remote]
    fn on_message(&mut self, _order: Order) {}
}

/// What the target shows, but for the connection: one line a record.
fn shown(log: &Log) -> Vec<String> {
    let records = log.entries().into_iter().map(|entry| entry.record);
    let traffic = records.filter(|record| record.target == "websocket::traffic");
    traffic
        .map(|record| {
            is_listed(&record);
            assert_eq!(record.level, Level::TRACE);
            let fields = record.fields.iter().filter(|(field, _)| *field != "connection");
            let values: Vec<_> = fields.map(|(_, value)| value.as_str()).collect();
            format!("{}: {}", record.name, values.join(" "))
        })
        .collect()
}

/// Says something in every way, and returns what is shown of it.
async fn talk(configure: impl FnOnce(Listener) -> Listener) -> Vec<String> {
    let (log, _guard) = Log::listen_to(|_| true);
    let address = serve(configure(Listener::new(0)).service::<Shop>()).await;
    let mut client = RawClient::upgrade(address, "/").await;
    client.send_frame(BINARY, b"\x1b[2J\xff").await;
    client.send_frame(PING, "é!").await;
    client.expects(PONG, "é!").await;
    client.send_frame(TEXT, "please").await;
    client.expects(TEXT, "thanks").await;
    client.send_frame(CLOSE, close_payload(1000, "bye")).await;
    client.is_closed_with(1000).await;
    log.expects("connection closed").await;
    shown(&log)
}

#[tokio::test]
async fn messages_and_control_frames_are_shown_whole() {
    let expected = [
        "frame: in binary 5 \\x1b[2J\\xff",
        "frame: in ping 3 é!",
        "frame: out pong 3 é!",
        "frame: in text 6 please",
        "frame: out text 6 thanks",
        "frame: in close 5 1000 bye",
        "frame: out close 2 1000 ",
    ];
    assert_eq!(talk(|listener| listener).await, expected);
}

#[tokio::test]
async fn payloads_are_cut() {
    let expected =
        ["frame: in binary 5 \\x1b[2…", "frame: in ping 3 é!", "frame: out pong 3 é!", "frame: in text 6 ple…"];
    assert_eq!(talk(|listener| listener.traffic_payload_limit(3)).await[..4], expected);
    let expected = ["frame: in binary 5", "frame: in ping 3", "frame: out pong 3", "frame: in text 6"];
    assert_eq!(talk(|listener| listener.traffic_payload_limit(0)).await[..4], expected);
    // What a large message costs does not depend on its size.
    let (log, _guard) = Log::listen_to(|_| true);
    let mut client = RawClient::upgrade(serve(Listener::new(0).service::<Shop>()).await, "/").await;
    client.send_frame(TEXT, "x".repeat(60_000)).await;
    client.expects(TEXT, "thanks").await;
    assert_eq!(shown(&log)[0], format!("frame: in text 60000 {}…", "x".repeat(256)));
}

#[tokio::test]
async fn what_does_not_fit_is_quoted_there_alone() {
    let (log, _guard) = Log::listen_to(|_| true);
    let address = serve(Listener::new(0).service::<Orders>()).await;
    let mut client = RawClient::upgrade(address, "/orders").await;
    client.send_frame(TEXT, r#"{"amount":"x"}"#).await;
    let (code, _) = client.closing().await;
    client.send_frame(CLOSE, close_payload(code, "")).await;
    client.ends().await;
    log.expects("connection closed").await;
    let shown = shown(&log);
    let reason = "data binding failed: amount: invalid type: string \\\"x\\\", expected u32 at line 1 column 13";
    assert_eq!(shown[0], r#"frame: in text 14 {\"amount\":\"x\"}"#);
    assert_eq!(shown[1], format!("message rejected: {reason}"));
    assert!(
        shown[2].starts_with("frame: out close ") && shown[2].contains(" 1003 data binding failed: amount"),
        "{shown:?}"
    );
    assert_eq!(shown[3..], ["frame: in close 2 1003 "]);
    assert_eq!(log.expects("no callback handles an error").await.record.field("kind"), "binding");
}
