//! Replies that are sent as JSON, and the field of the request that they carry.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_box_returns,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::{collections::BTreeMap, net::SocketAddr};

use futures_util::stream;
use serde::{Deserialize, Serialize, ser::Error as _};
use tests::{
    raw::{BINARY, CLOSE, RawClient, TEXT, close_payload},
    server::serve,
};
use websocket::{Bytes, Error, Listener, Message, Prepared, Stream};

#[derive(Serialize)]
struct Tick<'a> {
    pair: &'a str,
    price: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u8>,
}

#[derive(Serialize)]
struct Empty {}

/// Cannot be JSON.
struct Broken;

impl Serialize for Broken {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("a secret detail"))
    }
}

fn tick(id: Option<u8>) -> Tick<'static> {
    Tick { pair: "XBT/\"USD\"", price: 1.5, id }
}

/// A service for each reply: it answers any message with it.
macro_rules! repliers {
    ($($service:ident at $path:literal: $reply:ty => $value:expr;)*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path)]
            impl $service {
                #[remote]
                fn on_text_message(&mut self, _text: &str) -> $reply {
                    $value
                }

                #[remote]
                async fn on_binary_message(&mut self, _data: &[u8]) -> $reply {
                    $value
                }
            }
        )*

        fn with_repliers(listener: Listener) -> Listener {
            listener$(.service::<$service>())*
        }
    };
}

repliers! {
    Struct at "/struct": Tick<'static> => tick(None);
    Boxed at "/box": Box<Tick<'static>> => Box::new(tick(None));
    Optional at "/option": Option<Tick<'static>> => Some(tick(None));
    Fallible at "/result": Result<Tick<'static>, String> => Ok(tick(None));
    FallibleOptional at "/result/option": Result<Option<Tick<'static>>, String> => Ok(Some(tick(None)));
    Number at "/number": u64 => u64::MAX;
    Boolean at "/boolean": bool => true;
    Character at "/character": char => 'é';
    List at "/list": Vec<&'static str> => vec!["a", "b"];
    Numbers at "/numbers": Vec<u16> => vec![1, 2];
    Tuple at "/tuple": (u8, &'static str) => (1, "one");
    Map at "/map": BTreeMap<&'static str, Option<u8>> => BTreeMap::from([("a", None), ("b", Some(1))]);
    Tree at "/tree": serde_json::Value => serde_json::json!({"a": [1, null]});
    Unserializable at "/broken": Broken => Broken;
}

#[derive(Deserialize)]
struct Request {
    kind: String,
}

/// Answers as it is asked to.
#[derive(Default)]
struct Desk;

#[websocket::service(path = "/desk", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Desk {
    #[remote]
    fn on_tick(&mut self) -> Tick<'static> {
        tick(None)
    }

    #[remote]
    fn on_own(&mut self) -> Option<Tick<'static>> {
        Some(tick(Some(1)))
    }

    #[remote]
    fn on_empty(&mut self) -> Result<Empty, String> {
        Ok(Empty {})
    }

    #[remote]
    fn on_list(&mut self) -> Vec<Empty> {
        vec![Empty {}]
    }

    #[remote]
    fn on_text(&mut self, request: Request) -> Message {
        Message::text(request.kind)
    }

    #[remote]
    fn on_bytes(&mut self) -> Bytes {
        Bytes::from_static(b"{}")
    }

    #[remote]
    fn on_prepared(&mut self) -> Prepared {
        Prepared::text("{}")
    }

    #[remote]
    async fn on_several(&mut self) -> impl Stream<Item = Tick<'static>> + use<> {
        stream::iter([tick(None), tick(Some(2)), tick(None)])
    }

    #[remote]
    fn on_text_error(&mut self, error: &Error) -> Tick<'static> {
        assert!(matches!(error, Error::Binding(_)), "{error}");
        tick(None)
    }

    #[remote]
    fn on_text_message(&mut self, _text: &str) -> Empty {
        Empty {}
    }
}

/// Fails, and answers by `on_error`.
#[derive(Default)]
struct Failing;

#[websocket::service(path = "/failing", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Failing {
    #[remote]
    fn on_fail(&mut self) -> Result<(), &'static str> {
        Err("failed")
    }

    #[remote]
    fn on_bind(&mut self, request: Request) -> String {
        request.kind
    }

    #[remote]
    fn on_broken(&mut self) -> Broken {
        Broken
    }

    #[remote]
    fn on_stream(&mut self) -> impl Stream<Item = Result<Broken, &'static str>> + use<> {
        stream::iter([Err("torn")])
    }

    #[remote]
    fn on_broken_stream(&mut self) -> impl Stream<Item = Broken> + use<> {
        stream::iter([Broken])
    }

    #[remote]
    fn on_text_message(&mut self, _text: &str) -> Result<(), &'static str> {
        Err("not dispatched")
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> serde_json::Value {
        serde_json::json!({"error": error.to_string()})
    }
}

async fn start() -> SocketAddr {
    serve(with_repliers(Listener::new(0).service::<Desk>().service::<Failing>())).await
}

const TICK: &str = r#"{"pair":"XBT/\"USD\"","price":1.5}"#;

#[tokio::test]
async fn what_can_be_json_is_sent_as_json() {
    let address = start().await;
    let cases = [
        ("/struct", TICK),
        ("/box", TICK),
        ("/option", TICK),
        ("/result", TICK),
        ("/result/option", TICK),
        ("/number", "18446744073709551615"),
        ("/boolean", "true"),
        ("/character", "\"é\""),
        ("/list", r#"["a","b"]"#),
        ("/numbers", "[1,2]"),
        ("/tuple", r#"[1,"one"]"#),
        ("/map", r#"{"a":null,"b":1}"#),
        ("/tree", r#"{"a":[1,null]}"#),
    ];
    for (path, json) in cases {
        println!("{path}");
        let mut client = RawClient::upgrade(address, path).await;
        for first in [TEXT, BINARY] {
            client.send_frame(first, "").await;
            client.expects(TEXT, json).await;
        }
    }
}

#[tokio::test]
async fn what_cannot_be_json_is_an_error_of_the_callback() {
    let mut client = RawClient::upgrade(start().await, "/broken").await;
    client.send_frame(TEXT, "").await;
    client.expects(CLOSE, close_payload(1011, "")).await;
}

#[tokio::test]
async fn a_reply_carries_the_field_of_its_request_as_it_was_written() {
    let mut client = RawClient::upgrade(start().await, "/desk").await;
    let ids = [
        "7",
        "\"7\"",
        "-1.50e+1",
        "123456789012345678901234567890",
        "null",
        "true",
        r#"{"a": [1]}"#,
        r#""caf\u00e9\"""#,
    ];
    for id in ids {
        println!("{id}");
        client.send_frame(TEXT, format!(r#"{{"event":"tick","id": {id} }}"#)).await;
        client.expects(TEXT, format!(r#"{{"pair":"XBT/\"USD\"","price":1.5,"id":{id}}}"#)).await;
    }
    client.send_frame(TEXT, r#"{"id":1,"event":"empty","id":2}"#).await;
    client.expects(TEXT, r#"{"id":2}"#).await;
}

#[tokio::test]
async fn each_element_carries_the_field() {
    let mut client = RawClient::upgrade(start().await, "/desk").await;
    client.send_frame(TEXT, r#"{"event":"several","id":"x"}"#).await;
    client.expects(TEXT, r#"{"pair":"XBT/\"USD\"","price":1.5,"id":"x"}"#).await;
    client.expects(TEXT, r#"{"pair":"XBT/\"USD\"","price":1.5,"id":2}"#).await;
    client.expects(TEXT, r#"{"pair":"XBT/\"USD\"","price":1.5,"id":"x"}"#).await;
}

#[tokio::test]
async fn the_reply_of_an_error_callback_carries_the_field() {
    let mut client = RawClient::upgrade(start().await, "/desk").await;
    client.send_frame(TEXT, r#"{"event":"text","id":"x","kind":1}"#).await;
    client.expects(TEXT, r#"{"pair":"XBT/\"USD\"","price":1.5,"id":"x"}"#).await;
}

#[tokio::test]
async fn what_on_error_answers_to_a_request_carries_its_field() {
    let mut client = RawClient::upgrade(start().await, "/failing").await;
    let cases = [
        (r#"{"event":"fail","id":1}"#, r#"{"error":"failed","id":1}"#),
        (
            r#"{"event":"bind","id":2,"kind":0}"#,
            r#"{"error":"data binding failed: kind: invalid type: integer `0`, expected a string at line 1 column 31","id":2}"#,
        ),
        (r#"{"event":"broken","id":3}"#, r#"{"error":"value cannot be written as JSON","id":3}"#),
        (r#"{"event":"stream","id":4}"#, r#"{"error":"torn","id":4}"#),
        (r#"{"event":"broken_stream","id":"5"}"#, r#"{"error":"value cannot be written as JSON","id":"5"}"#),
        (r#"{"event":"fail"}"#, r#"{"error":"failed"}"#),
        (r#"{"event":"other","id":6}"#, r#"{"error":"not dispatched"}"#),
    ];
    for (request, answer) in cases {
        client.send_frame(TEXT, request).await;
        client.expects(TEXT, answer).await;
    }
}

#[tokio::test]
async fn what_carries_nothing() {
    let mut client = RawClient::upgrade(start().await, "/desk").await;
    let cases = [
        // Without the field in the request.
        (r#"{"event":"tick"}"#, TEXT, TICK),
        (r#"{"event":"tick","x":{"id":1}}"#, TEXT, TICK),
        // The reply has one itself.
        (r#"{"event":"own","id":"x"}"#, TEXT, r#"{"pair":"XBT/\"USD\"","price":1.5,"id":1}"#),
        // The reply is no JSON object, or no text.
        (r#"{"event":"list","id":"x"}"#, TEXT, "[{}]"),
        (r#"{"event":"bytes","id":"x"}"#, BINARY, "{}"),
        (r#"{"event":"prepared","id":"x"}"#, TEXT, "{}"),
        (r#"{"event":"text","id":"x","kind":"{} or not"}"#, TEXT, "{} or not"),
        // Nothing was dispatched.
        (r#"{"event":"other","id":"x"}"#, TEXT, "{}"),
    ];
    for (request, first, reply) in cases {
        println!("{request}");
        client.send_frame(TEXT, request).await;
        client.expects(first, reply).await;
    }
}

#[tokio::test]
async fn a_text_that_is_a_json_object_carries_the_field() {
    let mut client = RawClient::upgrade(start().await, "/desk").await;
    let cases = [
        (r"{}", r#"{"id":"x"}"#),
        (r" { } ", r#" { "id":"x"}"#),
        (r#"{"a":"{"}"#, r#"{"a":"{","id":"x"}"#),
        (r#"{"a":{}}"#, r#"{"a":{},"id":"x"}"#),
        (r#"{"a":{"id":1}} "#, r#"{"a":{"id":1},"id":"x"}"#),
        (r#"{"\u0069d":1}"#, r#"{"\u0069d":1}"#),
    ];
    for (text, sent) in cases {
        let request = serde_json::json!({"event": "text", "id": "x", "kind": text}).to_string();
        client.send_frame(TEXT, request).await;
        client.expects(TEXT, sent).await;
    }
}
