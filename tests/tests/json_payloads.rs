//! Payloads that are read as JSON: every kind of type, from text and from binary, and what is said of those that do not fit.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_box_returns,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    dead_code,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies, and what is read is only printed"
)]

use std::{borrow::Cow, collections::BTreeMap, fmt::Debug, marker::PhantomData, net::SocketAddr};

use serde::{Deserialize, de::DeserializeOwned};
use tests::{
    raw::{BINARY, CLOSE, RawClient, TEXT, close_payload},
    server::serve,
};
use websocket::{Caller, Error, Listener};

/// Borrows from the message where it can.
#[derive(Debug, Deserialize)]
struct Subscribe<'a> {
    name: &'a str,
    #[serde(borrow)]
    pairs: Vec<Cow<'a, str>>,
    depth: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Tagged {
    Circle { radius: f64 },
    Square { side: u8 },
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Pair(bool, char),
}

#[derive(Debug, Deserialize)]
enum Plain {
    Left,
    Right,
}

type Alias<'a> = Subscribe<'a>;
type Numbers = Vec<u16>;

/// A service for each payload: it answers with the payload, debug-printed.
macro_rules! receivers {
    ($($service:ident at $path:literal: $payload:ty;)*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path)]
            impl $service {
                #[remote]
                async fn on_message(&mut self, payload: $payload) -> String {
                    format!("{payload:?}")
                }
            }
        )*

        fn with_receivers(listener: Listener) -> Listener {
            listener$(.service::<$service>())*
        }
    };
}

receivers! {
    Borrowing at "/borrowing": Subscribe<'_>;
    Aliased at "/alias": Alias<'_>;
    TaggedUnion at "/tagged": Tagged;
    UntaggedUnion at "/untagged": Untagged;
    Choice at "/choice": Plain;
    Float at "/float": f64;
    Boolean at "/boolean": bool;
    Optional at "/optional": Option<u8>;
    Several at "/several": Numbers;
    Tuple at "/tuple": (u8, String);
    Map at "/map": BTreeMap<String, serde_json::Value>;
    Tree at "/tree": serde_json::Value;
    OnHeap at "/box": Box<Untagged>;
}

/// Takes what its type says.
struct Generic<T>(PhantomData<fn() -> T>);

#[websocket::service(path = "/generic")]
impl<T: DeserializeOwned + Debug + 'static> Generic<T> {
    #[upgrade]
    fn accept() -> Self {
        Self(PhantomData)
    }

    #[remote]
    fn on_message(&mut self, caller: &Caller, payload: T) -> String {
        assert!(caller.is_open());
        format!("{payload:?}")
    }
}

/// Tells of what it cannot read.
#[derive(Default)]
struct Telling;

#[websocket::service(path = "/telling", dispatcher_key = "event")]
impl Telling {
    #[remote]
    fn on_subscribe(&mut self, request: Subscribe<'_>) -> String {
        request.name.to_owned()
    }

    #[remote]
    fn on_subscribe_error(&mut self, error: &Error) -> String {
        format!("on_subscribe_error: {error}")
    }

    #[remote]
    fn on_order(&mut self, order: Tagged) -> String {
        format!("{order:?}")
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> String {
        format!("on_error: {error}")
    }
}

async fn start() -> SocketAddr {
    let listener = Listener::new(0).service::<Generic<(u8, Tagged)>>().service::<Telling>();
    serve(with_receivers(listener)).await
}

const SUBSCRIBE: &str = r#"{"name":"ticker","pairs":["XBT/USD","caf\u00e9"],"depth":10,"other":[{}]}"#;
const SUBSCRIBED: &str = r#"Subscribe { name: "ticker", pairs: ["XBT/USD", "café"], depth: Some(10) }"#;

#[tokio::test]
async fn json_is_read_from_text_and_from_binary() {
    let address = start().await;
    let cases = [
        ("/borrowing", SUBSCRIBE, SUBSCRIBED),
        ("/alias", SUBSCRIBE, SUBSCRIBED),
        ("/tagged", r#"{"radius":1.5,"kind":"circle"}"#, "Circle { radius: 1.5 }"),
        ("/tagged", r#"{"kind":"square","side":255}"#, "Square { side: 255 }"),
        ("/untagged", "-7", "Number(-7)"),
        ("/untagged", r#""seven""#, r#"Text("seven")"#),
        ("/untagged", r#"[true,"x"]"#, "Pair(true, 'x')"),
        ("/choice", r#""Left""#, "Left"),
        ("/choice", r#""Right""#, "Right"),
        ("/float", " 1e3\n", "1000.0"),
        ("/boolean", "false", "false"),
        ("/optional", "null", "None"),
        ("/optional", "8", "Some(8)"),
        ("/several", "[1, 2, 65535]", "[1, 2, 65535]"),
        ("/tuple", r#"[1,"one"]"#, r#"(1, "one")"#),
        ("/map", r#"{"b":1,"a":[null]}"#, r#"{"a": Array [Null], "b": Number(1)}"#),
        ("/tree", "[]", "Array []"),
        ("/box", "1", "Number(1)"),
        ("/generic", r#"[2,{"kind":"square","side":1}]"#, "(2, Square { side: 1 })"),
    ];
    for (path, message, seen) in cases {
        println!("{path}");
        let mut client = RawClient::upgrade(address, path).await;
        for first in [TEXT, BINARY] {
            client.send_frame(first, message).await;
            client.expects(TEXT, seen).await;
        }
    }
}

#[tokio::test]
async fn the_field_that_does_not_fit_is_named() {
    let address = start().await;
    let cases = [
        ("/borrowing", "{", "EOF while parsing an object at line 1 column 1"),
        (
            "/borrowing",
            r#"{"name":"n","pairs":["a",1]}"#,
            "pairs[1]: invalid type: integer `1`, expected a string at line 1 column 26",
        ),
        ("/borrowing", r#"{"name":"n"}"#, "missing field `pairs` at line 1 column 12"),
        ("/several", "[1, 65536]", "[1]: invalid value: integer `65536`, expected u16 at line 1 column 9"),
        ("/several", "[1] 2", "trailing characters at line 1 column 5"),
        ("/boolean", "hello", "expected value at line 1 column 1"),
        ("/map", "[]", "invalid type: sequence, expected a map at line 1 column 0"),
        ("/untagged", "{}", "data did not match any variant of untagged enum Untagged"),
    ];
    for (path, message, cause) in cases {
        println!("{path} {message}");
        let mut client = RawClient::upgrade(address, path).await;
        client.send_frame(TEXT, message).await;
        let reason = format!("data binding failed: {cause}");
        client.expects(CLOSE, close_payload(1003, &reason)).await;
    }
}

#[tokio::test]
async fn binary_that_is_no_utf_8_does_not_fit() {
    let mut client = RawClient::upgrade(start().await, "/untagged").await;
    client.send_frame(BINARY, b"\"a\xff\"").await;
    let frame = client.frame().await.expect("it is told why");
    assert_eq!((frame.first, &frame.payload[..2]), (CLOSE, &[0x03, 0xEB][..]));
}

#[tokio::test]
async fn a_long_cause_is_cut_between_characters() {
    let mut client = RawClient::upgrade(start().await, "/choice").await;
    client.send_frame(TEXT, format!("\"{}\"", "é".repeat(200))).await;
    let frame = client.frame().await.expect("it is told why");
    assert_eq!(frame.first, CLOSE);
    let reason = std::str::from_utf8(&frame.payload[2..]).expect("it is cut between characters");
    assert!(reason.starts_with("data binding failed: unknown variant `ééé") && reason.len() >= 120, "{reason}");
}

#[tokio::test]
async fn a_handler_keeps_the_connection() {
    let mut client = RawClient::upgrade(start().await, "/telling").await;
    client.send_frame(TEXT, r#"{"event":"subscribe","name":7}"#).await;
    client
        .expects(
            TEXT,
            "on_subscribe_error: data binding failed: name: invalid type: integer `7`, expected a borrowed string at line 1 column 29",
        )
        .await;
    client.send_frame(TEXT, r#"{"event":"order","kind":"triangle"}"#).await;
    client
        .expects(
            TEXT,
            "on_error: data binding failed: kind: unknown variant `triangle`, expected `circle` or `square` at line 1 column 34",
        )
        .await;
    client.send_frame(TEXT, r#"{"event":"subscribe","name":"still there","pairs":[]}"#).await;
    client.expects(TEXT, "still there").await;
}
