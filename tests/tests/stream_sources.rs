//! Every callback may answer with a stream, and every kind of reply may be an element of one.

#![allow(
    clippy::needless_pass_by_value,
    clippy::type_complexity,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::{borrow::Cow, convert::Infallible, net::SocketAddr};

use futures_util::stream;
use tests::{
    raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload, frame},
    server::serve,
};
use websocket::{Bytes, CloseFrame, Error, Listener, Message, Prepared, Stream};

/// A stream of two texts.
fn two(name: &str) -> impl Stream<Item = String> + use<> {
    stream::iter([format!("{name} 1"), format!("{name} 2")])
}

/// Streams wherever it can.
#[derive(Default)]
struct Talkative {
    has_been_idle: bool,
}

#[websocket::service(path = "/talkative", dispatcher_key = "event", idle_timeout = 0.02)]
impl Talkative {
    #[remote]
    async fn on_open(&mut self) -> impl Stream<Item = String> + use<> {
        two("on_open")
    }

    #[remote]
    fn on_message(&mut self, number: u8) -> Result<impl Stream<Item = String> + use<>, String> {
        if number == 0 { Err("zero".to_owned()) } else { Ok(two("on_message")) }
    }

    #[remote]
    fn on_message_error(&mut self, _error: &Error) -> impl Stream<Item = String> + use<> {
        two("on_message_error")
    }

    #[remote]
    fn on_fetch(&mut self, _request: Request) -> Option<impl Stream<Item = String> + use<>> {
        Some(two("on_fetch"))
    }

    #[remote]
    async fn on_fetch_error(&mut self, _error: &Error) -> Result<Option<impl Stream<Item = String> + use<>>, String> {
        Ok(Some(two("on_fetch_error")))
    }

    #[remote]
    fn on_pong(&mut self, _data: &[u8]) -> impl Stream<Item = String> + use<> {
        two("on_pong")
    }

    #[remote]
    fn on_idle_timeout(&mut self) -> Option<impl Stream<Item = String> + use<>> {
        (!std::mem::replace(&mut self.has_been_idle, true)).then(|| two("on_idle_timeout"))
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> impl Stream<Item = String> + use<> {
        two(&format!("on_error: {error}"))
    }
}

#[derive(serde::Deserialize)]
struct Request {
    #[expect(dead_code, reason = "it only has to be there")]
    name: String,
}

/// Streams for bytes.
#[derive(Default)]
struct Binary;

#[websocket::service(path = "/binary")]
impl Binary {
    #[remote]
    fn on_binary_message(&mut self, data: Bytes) -> impl Stream<Item = Bytes> + use<> {
        stream::iter((0..data.len()).map(move |index| data.slice(index..=index)))
    }

    #[remote]
    fn on_ping(&mut self, data: Bytes) -> Bytes {
        data
    }
}

/// A service for each type of element, which streams what is given, and says so behind it.
macro_rules! streamers {
    ($($service:ident at $path:literal: $element:ty => $elements:expr;)*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path, dispatcher_key = "event", dispatcher_stream_id = "id")]
            impl $service {
                #[remote]
                fn on_elements(&mut self) -> Result<Option<impl Stream<Item = $element> + use<>>, Infallible> {
                    Ok(Some(stream::iter($elements)))
                }

                #[remote]
                fn on_none(&mut self) -> Result<Option<impl Stream<Item = $element> + use<>>, String> {
                    let none: Option<stream::Iter<std::vec::IntoIter<$element>>> = None;
                    Ok(none)
                }

                #[remote]
                fn on_fail(&mut self) -> Result<Option<impl Stream<Item = $element> + use<>>, String> {
                    let failure: Result<Option<stream::Iter<std::vec::IntoIter<$element>>>, _> = Err("failed".to_owned());
                    failure
                }

                #[remote]
                fn on_error(&mut self, error: &Error) -> Message {
                    Message::text(format!("on_error: {error}"))
                }

                #[remote]
                fn on_pong(&mut self, _data: &[u8]) -> &'static str {
                    "over"
                }
            }
        )*

        fn with_streamers(listener: Listener) -> Listener {
            listener$(.service::<$service>())*
        }
    };
}

streamers! {
    Units at "/unit": () => [(), ()];
    Texts at "/text": &'static str => ["a", r#"{"b":1}"#];
    Cows at "/cow": Cow<'static, str> => [Cow::Borrowed("a"), Cow::Owned(r#"{"b":1}"#.to_owned())];
    Chunks at "/bytes": Bytes => [Bytes::from_static(b"a"), Bytes::from_static(b"{}")];
    Arrays at "/array": [u8; 2] => [*b"ab", *b"{}"];
    Vectors at "/vec": Vec<u8> => [b"ab".to_vec(), Vec::new()];
    Messages at "/message": Message => [Message::text("{}"), Message::binary(&b"{}"[..])];
    Encoded at "/prepared": Prepared => [Prepared::text("a"), Prepared::binary(&b"b"[..])];
    Numbers at "/json": Vec<u16> => [vec![1], vec![]];
    Perhaps at "/option": Option<&'static str> => [None, Some("a"), None];
    Fallible at "/result": Result<&'static str, String> => [Ok("a"), Err("torn".to_owned()), Ok("never")];
    Both at "/both": Result<Option<Bytes>, std::fmt::Error> => [Ok(None), Ok(Some(Bytes::from_static(b"a"))), Ok(None)];
    Torn at "/torn": Result<Option<u8>, &'static str> => [Ok(None), Ok(Some(1)), Err("torn"), Ok(Some(2))];
    FallibleUnits at "/result/unit": Result<(), Error> => [Ok(()), Err(Error::Full), Ok(())];
    Goodbyes at "/close": Option<CloseFrame> => [None, Some(CloseFrame::policy_violation("bye")), Some(CloseFrame::normal())];
}

async fn start() -> SocketAddr {
    serve(with_streamers(Listener::new(0).service::<Talkative>().service::<Binary>())).await
}

async fn hears_two(client: &mut RawClient, name: &str) {
    client.expects(TEXT, format!("{name} 1")).await;
    client.expects(TEXT, format!("{name} 2")).await;
}

#[tokio::test]
async fn every_callback_may_answer_with_a_stream() {
    let mut client = RawClient::upgrade(start().await, "/talkative").await;
    hears_two(&mut client, "on_open").await;
    hears_two(&mut client, "on_idle_timeout").await;
    let table = [
        (TEXT, "1", "on_message"),
        (BINARY, "1", "on_message"),
        (TEXT, "x", "on_message_error"),
        (BINARY, "x", "on_message_error"),
        (TEXT, r#"{"event":"fetch","name":"x"}"#, "on_fetch"),
        (TEXT, r#"{"event":"fetch"}"#, "on_fetch_error"),
        (PONG, "", "on_pong"),
        (TEXT, "0", "on_error: zero"),
    ];
    for (first, payload, name) in table {
        client.send_frame(first, payload).await;
        hears_two(&mut client, name).await;
    }
}

#[tokio::test]
async fn bytes_may_be_answered_with_a_stream_and_a_ping_passes_it() {
    let mut client = RawClient::upgrade(start().await, "/binary").await;
    client.send([frame(BINARY, "abc"), frame(BINARY, ""), frame(PING, "p"), frame(BINARY, "d")].concat()).await;
    let mut elements = Vec::new();
    let mut pongs = 0;
    while elements.len() < 4 || pongs < 1 {
        let frame = client.frame().await.expect("the connection lives on");
        match frame.first {
            BINARY => elements.extend(frame.payload),
            first => {
                assert_eq!((first, frame.payload), (PONG, b"p".to_vec()));
                pongs += 1;
            }
        }
    }
    elements.sort_unstable();
    assert_eq!(elements, b"abcd");
}

#[tokio::test]
async fn every_kind_of_reply_may_be_an_element() {
    let address = start().await;
    let cases: [(&str, &[(u8, &str)]); 14] = [
        ("/unit", &[]),
        ("/text", &[(TEXT, "a"), (TEXT, r#"{"b":1,"id":7}"#)]),
        ("/cow", &[(TEXT, "a"), (TEXT, r#"{"b":1,"id":7}"#)]),
        ("/bytes", &[(BINARY, "a"), (BINARY, "{}")]),
        ("/array", &[(BINARY, "ab"), (BINARY, "{}")]),
        ("/vec", &[(BINARY, "ab"), (BINARY, "")]),
        ("/message", &[(TEXT, r#"{"id":7}"#), (BINARY, "{}")]),
        ("/prepared", &[(TEXT, "a"), (BINARY, "b")]),
        ("/json", &[(TEXT, "[1]"), (TEXT, "[]")]),
        ("/option", &[(TEXT, "a")]),
        ("/result", &[(TEXT, "a"), (TEXT, "on_error: torn")]),
        ("/both", &[(BINARY, "a")]),
        ("/torn", &[(TEXT, "1"), (TEXT, "on_error: torn")]),
        ("/result/unit", &[(TEXT, "on_error: outgoing buffer is full")]),
    ];
    for (path, sent) in cases {
        println!("{path}");
        let mut client = RawClient::upgrade(address, path).await;
        client.send_frame(TEXT, r#"{"event":"elements","id":7}"#).await;
        for (first, payload) in sent {
            client.expects(*first, payload).await;
        }
        client.send_frame(PONG, "").await;
        client.expects(TEXT, "over").await;
    }
}

#[tokio::test]
async fn a_close_frame_among_the_elements_closes() {
    let mut client = RawClient::upgrade(start().await, "/close").await;
    client.send_frame(TEXT, r#"{"event":"elements"}"#).await;
    client.expects(CLOSE, close_payload(1008, "bye")).await;
    client.send_frame(CLOSE, close_payload(1008, "")).await;
    client.ends().await;
}

#[tokio::test]
async fn a_stream_that_is_not_there_sends_nothing_and_one_that_failed_is_an_error() {
    let address = start().await;
    for path in ["/unit", "/text", "/prepared", "/json", "/both", "/close"] {
        let mut client = RawClient::upgrade(address, path).await;
        client.send([frame(TEXT, r#"{"event":"none"}"#), frame(PONG, "")].concat()).await;
        client.expects(TEXT, "over").await;
        client.send([frame(TEXT, r#"{"event":"fail"}"#), frame(PONG, "")].concat()).await;
        client.expects(TEXT, "on_error: failed").await;
        client.expects(TEXT, "over").await;
    }
}
