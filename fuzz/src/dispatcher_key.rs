//! The dispatcher key: a message reaches the method that its JSON names, by the judgement of a parser that builds a tree.
//!
//! The input is texts, one a line. They go through a whole connection, since the scanner is private to it.

use std::cell::LazyCell;

use serde_json::Value;
use websocket::Router;
use ws_core::dispatch::{self, Route};
use ws_core::frame::encode_frame;
use ws_core::opcode::Opcode;
use ws_core::protocol::{Limits, Protocol, Role};

use crate::decoding::{Event, Reading, decode};
use crate::server::exchange;

/// Sends every line as a text message, and compares which method answers.
///
/// # Panics
/// When something does not hold.
pub fn run(data: &[u8]) {
    let texts: Vec<&str> = data
        .split(|byte| *byte == b'\n')
        .filter_map(|line| str::from_utf8(line).ok())
        .filter(|text| text.len() <= MAX_FRAME)
        .take(MAX_TEXTS)
        .collect();
    if texts.is_empty() {
        return;
    }
    for text in &texts {
        assert!(dispatch::names_method(text, &dispatch::method_name(text)), "{text:?}");
    }
    for (text, answer) in texts.iter().zip(answers(&texts)) {
        assert_eq!(answer, expected(text), "{text:?}");
    }
}

/// The name of the method that a parser finds which builds a tree.
fn expected(text: &str) -> &'static str {
    let tree: Option<Value> = serde_json::from_str(text).ok();
    let value = tree.as_ref().and_then(Value::as_object).and_then(|object| object.get(KEY)).and_then(Value::as_str);
    let index = value.and_then(|value| dispatch::find(&ROUTES, value));
    index.map_or(OTHER, |index| METHODS[index])
}

/// Sends the texts on a connection and returns what is answered.
fn answers(texts: &[&str]) -> Vec<String> {
    let mut stream = UPGRADE.as_bytes().to_vec();
    for text in texts {
        encode_frame(&mut stream, true, Opcode::Text, text.as_bytes(), Some([0x37, 0xFA, 0x21, 0x3D]));
    }
    let response = ROUTER.with(|router| exchange(router, std::iter::once(&stream[..])));
    let end = response.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("there is a response") + 4;
    assert!(response.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&response));
    let limits = Limits { max_frame_size: 1000, max_message_size: 1000, max_fragments: 1 };
    let mut protocol = Protocol::new(Role::Client, limits);
    let decoded = decode(&mut protocol, &response[end..], Reading::Buffered, std::iter::empty());
    let answers: Vec<_> = decoded
        .events
        .into_iter()
        .map(|event| match event {
            Event::Text(answer) => answer,
            event => panic!("{event:?} is no answer"),
        })
        .collect();
    assert_eq!(answers.len(), texts.len(), "not every text is answered");
    answers
}

/// Every method answers with its name.
#[derive(Default)]
struct Named;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Named {
    #[remote]
    fn on_heart_beat(&mut self) -> &'static str {
        METHODS[0]
    }

    #[remote(event = "a")]
    fn on_a(&mut self) -> &'static str {
        METHODS[1]
    }

    #[remote(event = "é\"\n")]
    fn escaped(&mut self) -> &'static str {
        METHODS[2]
    }

    #[remote(event = "")]
    fn empty(&mut self) -> &'static str {
        METHODS[3]
    }

    #[remote]
    fn on_text_message(&mut self, _: &str) -> &'static str {
        OTHER
    }
}

thread_local! {
    static ROUTER: LazyCell<Router> =
        LazyCell::new(|| Router::builder().service::<Named>().build().expect("the router is built"));
}

const KEY: &str = "event";
const ROUTES: [Route; 4] = [Route::Method("on_heart_beat"), Route::Event("a"), Route::Event("é\"\n"), Route::Event("")];
const METHODS: [&str; 4] = ["on_heart_beat", "on_a", "escaped", "empty"];
const OTHER: &str = "on_text_message";
const MAX_TEXTS: usize = 64;
const MAX_FRAME: usize = 65_536; // bytes, the default of a service
const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
