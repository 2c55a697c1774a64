//! An alias of a raw type is that type, wherever a callback takes or returns it.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

use tests::{
    raw::{BINARY, PING, PONG, RawClient, TEXT},
    server::serve,
};
use websocket::{CloseFrame, Listener, Prepared};

type Lent<'a> = &'a str;
type Owned = String;
type LentBytes<'a> = &'a [u8];
type OwnedBytes = Vec<u8>;
type Shared = websocket::Bytes;
type Either = websocket::Message;
type Encoded = Prepared;
type Fixed = [u8; 2];
type Static = &'static str;
type Boxed = Box<str>;
type Counted = Arc<str>;
type Clone = Cow<'static, str>;
type BoxedBytes = Box<[u8]>;
type CloneBytes = Cow<'static, [u8]>;
type StaticBytes = &'static [u8];
type StaticFixed = &'static [u8; 2];
type Nothing = ();
type Goodbye = CloseFrame;
type Perhaps<T> = Option<T>;
type Fallible<T = ()> = Result<T, std::fmt::Error>;
type Both<T> = Fallible<Perhaps<T>>;
/// The first byte of a frame and its payload.
type Sent = (u8, &'static [u8]);

/// A service for each payload, which answers with the payload, debug-printed.
macro_rules! receivers {
    ($($service:ident at $path:literal: $callback:ident($payload:ty);)*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path)]
            impl $service {
                #[websocket::remote]
                fn $callback(&mut self, caller: &websocket::Caller, payload: $payload) -> Owned {
                    assert!(caller.is_open());
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
    TakesLent at "/text/lent": on_text_message(Lent<'_>);
    TakesOwned at "/text/owned": on_text_message(Owned);
    TakesLentBytes at "/bytes/lent": on_binary_message(LentBytes<'_>);
    TakesOwnedBytes at "/bytes/owned": on_binary_message(OwnedBytes);
    TakesShared at "/bytes/shared": on_binary_message(Shared);
    AnyLent at "/any/lent": on_message(Lent<'_>);
    AnyOwned at "/any/owned": on_message(Owned);
    AnyLentBytes at "/any/lent_bytes": on_message(LentBytes<'_>);
    AnyOwnedBytes at "/any/owned_bytes": on_message(OwnedBytes);
    AnyShared at "/any/shared": on_message(Shared);
    AnyEither at "/any/either": on_message(Either);
    PongLent at "/pong/lent": on_pong(LentBytes<'_>);
    PongOwned at "/pong/owned": on_pong(OwnedBytes);
    PongShared at "/pong/shared": on_pong(Shared);
}

/// A service for each reply, which answers a text with it, and then with a mark; a ping with a pong of its own.
macro_rules! repliers {
    ($($service:ident at $path:literal: $reply:ty => $value:expr;)*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path, dispatcher_key = "event")]
            impl $service {
                #[remote]
                fn on_reply(&mut self) -> $reply {
                    $value
                }

                #[remote]
                fn on_optional(&mut self) -> Perhaps<$reply> {
                    Some($value)
                }

                #[remote]
                fn on_fallible(&mut self) -> Fallible<$reply> {
                    Ok($value)
                }

                #[remote]
                fn on_both(&mut self) -> Both<$reply> {
                    Ok(Some($value))
                }

                #[remote]
                fn on_text_message(&mut self, text: Lent<'_>) -> Owned {
                    text.to_owned()
                }
            }
        )*

        fn with_repliers(listener: Listener) -> Listener {
            listener$(.service::<$service>())*
        }
    };
}

repliers! {
    SendsStatic at "/static": Static => "static";
    SendsOwned at "/owned": Owned => "owned".to_owned();
    SendsBoxed at "/boxed": Boxed => "boxed".into();
    SendsCounted at "/counted": Counted => "counted".into();
    SendsClone at "/clone": Clone => "clone".into();
    SendsOwnedBytes at "/owned_bytes": OwnedBytes => b"owned".to_vec();
    SendsShared at "/shared": Shared => Shared::from_static(b"shared");
    SendsBoxedBytes at "/boxed_bytes": BoxedBytes => Box::from(*b"boxed");
    SendsCloneBytes at "/clone_bytes": CloneBytes => Cow::Borrowed(b"clone");
    SendsStaticBytes at "/static_bytes": StaticBytes => b"static";
    SendsFixed at "/fixed": Fixed => *b"ab";
    SendsStaticFixed at "/static_fixed": StaticFixed => b"ab";
    SendsEither at "/either": Either => Either::binary(&b"either"[..]);
    SendsEncoded at "/encoded": Encoded => Encoded::text("encoded");
    SendsNothing at "/nothing": Nothing => ();
    Closes at "/goodbye": Goodbye => CloseFrame::policy_violation("goodbye");
}

/// A service for each pong, which is the reply to a ping.
macro_rules! pongers {
    ($($service:ident at $path:literal: ($data:ty) -> $pong:ty => $value:expr;)*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path)]
            impl $service {
                #[remote]
                fn on_ping(&mut self, data: $data) -> $pong {
                    let pong: fn($data) -> $pong = $value;
                    pong(data)
                }

                #[remote]
                fn on_text_message(&mut self, text: Lent<'_>) -> Owned {
                    text.to_owned()
                }
            }
        )*

        fn with_pongers(listener: Listener) -> Listener {
            listener$(.service::<$service>())*
        }
    };
}

pongers! {
    PongsOwned at "/ping/owned": (LentBytes<'_>) -> OwnedBytes => |data| data.to_vec();
    PongsShared at "/ping/shared": (Shared) -> Shared => |data| data;
    PongsVec at "/ping/vec": (OwnedBytes) -> Perhaps<OwnedBytes> => Some;
    PongsBoth at "/ping/both": (Shared) -> Both<Shared> => |data| Ok(Some(data));
    PongsFallible at "/ping/fallible": (Shared) -> Fallible<Shared> => Ok;
    PongsBoxed at "/ping/boxed": (OwnedBytes) -> BoxedBytes => Into::into;
    PongsClone at "/ping/clone": (OwnedBytes) -> CloneBytes => Into::into;
    PongsFixed at "/ping/fixed": (LentBytes<'_>) -> Fixed => |_| *b"ab";
    PongsStatic at "/ping/static": (LentBytes<'_>) -> StaticBytes => |_| b"ab";
    PongsStaticFixed at "/ping/static_fixed": (LentBytes<'_>) -> StaticFixed => |_| b"ab";
    PongsNothing at "/ping/nothing": (Shared) -> Nothing => drop;
    PongsFallibleNothing at "/ping/fallible_nothing": (Shared) -> Fallible => |_| Ok(());
    PongsNone at "/ping/none": (Shared) -> Both<OwnedBytes> => |_| Ok(None);
}

async fn start() -> SocketAddr {
    serve(with_pongers(with_repliers(with_receivers(Listener::new(0))))).await
}

#[tokio::test]
async fn an_alias_is_taken_as_what_it_names() {
    const AS_TEXT: &str = r#""ab""#;
    const AS_LIST: &str = "[97, 98]";
    const AS_BYTES: &str = r#"b"ab""#;
    let address = start().await;
    let cases = [
        ("/text/lent", TEXT, AS_TEXT),
        ("/text/owned", TEXT, AS_TEXT),
        ("/bytes/lent", BINARY, AS_LIST),
        ("/bytes/owned", BINARY, AS_LIST),
        ("/bytes/shared", BINARY, AS_BYTES),
        ("/any/lent", BINARY, AS_TEXT),
        ("/any/owned", TEXT, AS_TEXT),
        ("/any/lent_bytes", TEXT, AS_LIST),
        ("/any/owned_bytes", TEXT, AS_LIST),
        ("/any/shared", TEXT, AS_BYTES),
        ("/any/either", TEXT, r#"Text("ab")"#),
        ("/any/either", BINARY, r#"Binary(b"ab")"#),
        ("/pong/lent", PONG, AS_LIST),
        ("/pong/owned", PONG, AS_LIST),
        ("/pong/shared", PONG, AS_BYTES),
    ];
    for (path, first, seen) in cases {
        println!("{path}");
        let mut client = RawClient::upgrade(address, path).await;
        client.send_frame(first, "ab").await;
        client.expects(TEXT, seen).await;
    }
}

#[tokio::test]
async fn an_alias_is_sent_as_what_it_names() {
    let address = start().await;
    let cases: [(&str, Option<Sent>); 15] = [
        ("/static", Some((TEXT, b"static"))),
        ("/owned", Some((TEXT, b"owned"))),
        ("/boxed", Some((TEXT, b"boxed"))),
        ("/counted", Some((TEXT, b"counted"))),
        ("/clone", Some((TEXT, b"clone"))),
        ("/owned_bytes", Some((BINARY, b"owned"))),
        ("/shared", Some((BINARY, b"shared"))),
        ("/boxed_bytes", Some((BINARY, b"boxed"))),
        ("/clone_bytes", Some((BINARY, b"clone"))),
        ("/static_bytes", Some((BINARY, b"static"))),
        ("/fixed", Some((BINARY, b"ab"))),
        ("/static_fixed", Some((BINARY, b"ab"))),
        ("/either", Some((BINARY, b"either"))),
        ("/encoded", Some((TEXT, b"encoded"))),
        ("/nothing", None),
    ];
    for (path, sent) in cases {
        let mut client = RawClient::upgrade(address, path).await;
        for name in ["reply", "optional", "fallible", "both"] {
            println!("{path} {name}");
            client.send_frame(TEXT, format!(r#"{{"event":"{name}"}}"#)).await;
            if let Some((first, payload)) = sent {
                client.expects(first, payload).await;
            }
            client.send_frame(TEXT, "mark").await;
            client.expects(TEXT, "mark").await;
        }
    }
}

#[tokio::test]
async fn an_alias_of_a_close_frame_closes() {
    let address = start().await;
    for name in ["reply", "optional", "fallible", "both"] {
        let mut client = RawClient::upgrade(address, "/goodbye").await;
        client.send_frame(TEXT, format!(r#"{{"event":"{name}"}}"#)).await;
        assert_eq!(client.closing().await, (1008, "goodbye".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn an_alias_is_a_pong_as_what_it_names() {
    let address = start().await;
    for name in ["owned", "shared", "vec", "both", "fallible", "boxed", "clone", "fixed", "static", "static_fixed"] {
        println!("{name}");
        let mut client = RawClient::upgrade(address, &format!("/ping/{name}")).await;
        client.send_frame(PING, "ab").await;
        client.expects(PONG, "ab").await;
    }
    for name in ["nothing", "fallible_nothing", "none"] {
        let mut client = RawClient::upgrade(address, &format!("/ping/{name}")).await;
        client.send_frame(PING, "ab").await;
        client.send_frame(TEXT, "no pong").await;
        client.expects(TEXT, "no pong").await;
    }
}
