//! What a callback may take and what it may return, decided by the type and not by its spelling.

use std::{borrow::Cow, net::SocketAddr};

use tests::{
    raw::{BINARY, CLOSE, RawClient, TEXT, close_payload},
    server::serve,
};
use websocket::{Bytes, Caller, CloseFrame, Listener, Message};

type Text = String;
type Borrowed<'a> = &'a str;
type Blob = Bytes;
type Reply = Result<Option<Text>, std::fmt::Error>;
type Anything = Message;
/// The first byte of a frame, and its payload.
type Sent = (u8, &'static str);

/// A service for each payload: it answers with the payload, debug-printed.
macro_rules! receivers {
    ($($service:ident at $path:literal: $callback:ident($payload:ty) $($asynchronous:ident)?;)*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path)]
            impl $service {
                #[remote]
                $($asynchronous)? fn $callback(&mut self, payload: $payload) -> String {
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
    TextStr at "/text/str": on_text_message(&str);
    TextString at "/text/string": on_text_message(String) async;
    TextAlias at "/text/alias": on_text_message(Text);
    TextBorrowedAlias at "/text/borrowed": on_text_message(Borrowed<'_>) async;
    BinarySlice at "/binary/slice": on_binary_message(&[u8]) async;
    BinaryVec at "/binary/vec": on_binary_message(Vec<u8>);
    BinaryBytes at "/binary/bytes": on_binary_message(Bytes);
    BinaryAlias at "/binary/alias": on_binary_message(Blob) async;
    AnyStr at "/any/str": on_message(&str) async;
    AnyString at "/any/string": on_message(String);
    AnySlice at "/any/slice": on_message(&[u8]);
    AnyVec at "/any/vec": on_message(Vec<u8>) async;
    AnyBytes at "/any/bytes": on_message(Bytes);
    AnyMessage at "/any/message": on_message(Message);
    AnyAlias at "/any/alias": on_message(Anything) async;
}

/// A service for each reply: it answers a text with it.
macro_rules! repliers {
    ($($service:ident at $path:literal: $reply:ty => $value:expr;)*) => {
        $(
            struct $service(String);

            #[websocket::service(path = $path)]
            impl $service {
                #[upgrade]
                fn accept() -> Self {
                    Self("own".to_owned())
                }

                #[remote]
                fn on_text_message(&mut self, text: String) -> $reply {
                    let reply: fn(String) -> $reply = $value;
                    reply(text)
                }

                #[remote]
                async fn on_binary_message(&self, caller: &Caller, data: Bytes) -> $reply {
                    assert!(caller.is_open());
                    let reply: fn(String) -> $reply = $value;
                    reply(String::from_utf8(data.to_vec()).expect("the test sends text"))
                }

                #[remote]
                fn on_pong(&mut self, _data: &[u8]) -> &str {
                    &self.0
                }
            }
        )*

        fn with_repliers(listener: Listener) -> Listener {
            listener$(.service::<$service>())*
        }
    };
}

repliers! {
    Nothing at "/reply/unit": () => drop;
    Static at "/reply/static": &'static str => |_| "static";
    OwnedText at "/reply/string": String => |text| text;
    AliasedText at "/reply/alias": Text => |text| text;
    BoxedText at "/reply/box": Box<str> => String::into_boxed_str;
    CowText at "/reply/cow": Cow<'static, str> => Cow::Owned;
    OwnedBytes at "/reply/vec": Vec<u8> => String::into_bytes;
    SharedBytes at "/reply/bytes": Bytes => Bytes::from;
    StaticBytes at "/reply/slice": &'static [u8] => |_| b"static";
    ArrayOfBytes at "/reply/array": [u8; 3] => |_| *b"abc";
    BoxedBytes at "/reply/boxed_bytes": Box<[u8]> => |text| text.into_bytes().into();
    TextMessage at "/reply/message/text": Message => Message::text;
    BinaryMessage at "/reply/message/binary": Message => Message::binary;
    Optional at "/reply/option": Option<String> => |text| (text != "nothing").then_some(text);
    Fallible at "/reply/result": Result<String, std::fmt::Error> => Ok;
    FallibleUnit at "/reply/result/unit": websocket::Result<()> => |_| Ok(());
    FallibleOption at "/reply/result/option": Reply => |text| Ok((text != "nothing").then_some(text));
    StringError at "/reply/result/string": Result<Vec<u8>, String> => |text| Ok(text.into_bytes());
    BoxedError at "/reply/result/box": Result<Message, Box<dyn std::error::Error + Send + Sync>> => |text| Ok(text.into());
    Closing at "/reply/close": CloseFrame => CloseFrame::policy_violation;
    MaybeClosing at "/reply/option/close": Option<CloseFrame> => |text| Some(CloseFrame::policy_violation(text));
    FallibleClosing at "/reply/result/close": Result<CloseFrame, std::fmt::Error> => |text| Ok(CloseFrame::policy_violation(text));
}

async fn start() -> SocketAddr {
    serve(with_repliers(with_receivers(Listener::new(0)))).await
}

async fn takes(cases: &[(&str, u8, &str)]) {
    let address = start().await;
    for (path, first, seen) in cases {
        println!("{path} {first:x}");
        let mut client = RawClient::upgrade(address, path).await;
        client.send_frame(*first, "aé").await;
        client.expects(TEXT, seen).await;
    }
}

const AS_TEXT: &str = r#""aé""#;
const AS_VEC: &str = "[97, 195, 169]";
const AS_BYTES: &str = r#"b"a\xc3\xa9""#;

#[tokio::test]
async fn a_text_callback_takes_every_text_type() {
    takes(&["str", "string", "alias", "borrowed"].map(|name| (&*format!("/text/{name}").leak(), TEXT, AS_TEXT))).await;
}

#[tokio::test]
async fn a_binary_callback_takes_every_byte_type() {
    takes(&[
        ("/binary/slice", BINARY, AS_VEC),
        ("/binary/vec", BINARY, AS_VEC),
        ("/binary/bytes", BINARY, AS_BYTES),
        ("/binary/alias", BINARY, AS_BYTES),
    ])
    .await;
}

#[tokio::test]
async fn a_callback_for_both_takes_text_as_bytes_and_bytes_as_text() {
    takes(&[
        ("/any/str", TEXT, AS_TEXT),
        ("/any/str", BINARY, AS_TEXT),
        ("/any/string", TEXT, AS_TEXT),
        ("/any/string", BINARY, AS_TEXT),
        ("/any/slice", TEXT, AS_VEC),
        ("/any/slice", BINARY, AS_VEC),
        ("/any/vec", TEXT, AS_VEC),
        ("/any/vec", BINARY, AS_VEC),
        ("/any/bytes", TEXT, AS_BYTES),
        ("/any/bytes", BINARY, AS_BYTES),
        ("/any/message", TEXT, r#"Text("aé")"#),
        ("/any/message", BINARY, r#"Binary(b"a\xc3\xa9")"#),
        ("/any/alias", TEXT, r#"Text("aé")"#),
    ])
    .await;
}

/// Sends `text` as a text and as bytes, and expects this frame for each, then only the answer to a pong.
async fn replies(cases: &[(&str, &str, Option<Sent>)]) {
    let address = start().await;
    for (path, text, reply) in cases {
        for first in [TEXT, BINARY] {
            println!("{path} {first:x}");
            let mut client = RawClient::upgrade(address, path).await;
            client.send_frame(first, text).await;
            if let Some((first, payload)) = reply {
                client.expects(*first, payload).await;
            }
            client.send_frame(tests::raw::PONG, "").await;
            client.expects(TEXT, "own").await;
        }
    }
}

#[tokio::test]
async fn text_types_go_out_as_text() {
    let cases = ["string", "alias", "box", "cow", "message/text", "option", "result", "result/option"];
    replies(&cases.map(|name| (&*format!("/reply/{name}").leak(), "hello", Some((TEXT, "hello"))))).await;
    replies(&[("/reply/static", "", Some((TEXT, "static"))), ("/reply/string", "", Some((TEXT, "")))]).await;
    replies(&[("/reply/result/box", "hello", Some((TEXT, "hello")))]).await;
}

#[tokio::test]
async fn byte_types_go_out_as_binary() {
    let cases = ["vec", "bytes", "boxed_bytes", "message/binary", "result/string"];
    replies(&cases.map(|name| (&*format!("/reply/{name}").leak(), "hello", Some((BINARY, "hello"))))).await;
    replies(&[("/reply/slice", "", Some((BINARY, "static"))), ("/reply/array", "", Some((BINARY, "abc")))]).await;
}

#[tokio::test]
async fn nothing_sends_nothing() {
    replies(&[
        ("/reply/unit", "x", None),
        ("/reply/option", "nothing", None),
        ("/reply/result/option", "nothing", None),
        ("/reply/result/unit", "x", None),
    ])
    .await;
}

#[tokio::test]
async fn a_close_frame_starts_the_closing_handshake() {
    let address = start().await;
    for path in ["/reply/close", "/reply/option/close", "/reply/result/close"] {
        let mut client = RawClient::upgrade(address, path).await;
        client.send_frame(TEXT, "because").await;
        assert_eq!(client.closing().await, (1008, "because".to_owned()));
        client.send_frame(CLOSE, close_payload(1008, "")).await;
        client.ends().await;
    }
}

#[tokio::test]
async fn a_reason_is_cut_on_a_character_boundary_to_123_bytes() {
    let mut client = RawClient::upgrade(start().await, "/reply/close").await;
    client.send_frame(TEXT, "é".repeat(100)).await;
    assert_eq!(client.closing().await, (1008, "é".repeat(61)));
}
