//! Arbitrary bytes as an HTTP connection: it is answered or closed, and whatever it opens comes to an end.
//!
//! The input is the size of the reads, and the stream.

use std::cell::LazyCell;

use arbitrary::Unstructured;
use websocket::{Bytes, Message, Router, UpgradeError, UpgradeRequest};
use ws_core::deflate::Inflation;
use ws_core::protocol::{Limits, Protocol, Role};

use crate::byte;
use crate::decoding::{Reading, decode};
use crate::server::exchange;

/// Shows the bytes to a router behind hyper.
///
/// # Panics
/// When something does not hold.
pub fn run(data: &[u8]) {
    let mut source = Unstructured::new(data);
    let size = usize::from(byte(&mut source));
    let stream = source.take_rest();
    let size = if size == 0 { stream.len() } else { size }.max(1);
    let response = ROUTER.with(|router| exchange(router, stream.chunks(size)));
    check(&response);
}

/// Nothing, an error, or 101 and then frames.
fn check(response: &[u8]) {
    if response.is_empty() {
        return;
    }
    let end = response.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("the head of the response is whole");
    let head = str::from_utf8(&response[..end]).expect("the head of the response is text");
    let status = head.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
    match status.expect("there is a status") {
        101 => check_frames(head, &response[end + 4..]),
        400..=599 => {}
        status => panic!("the status is {status}"),
    }
}

fn check_frames(head: &str, frames: &[u8]) {
    let head = head.to_ascii_lowercase();
    assert!(head.contains("\r\nsec-websocket-accept: "), "{head}");
    let limits = Limits { max_frame_size: 65_536, max_message_size: 1 << 20, max_fragments: 100 };
    let is_compressed = head.contains("\r\nsec-websocket-extensions: permessage-deflate");
    let inflation = is_compressed.then(|| Inflation::Dedicated(None));
    let mut protocol = Protocol::new(Role::Client, limits).with_inflation(inflation);
    let decoded = decode(&mut protocol, frames, Reading::Buffered, std::iter::empty());
    assert_eq!(decoded.error, None, "{:x?}", &frames[..frames.len().min(100)]);
    assert_eq!(protocol.remaining(), 0, "the last frame is not whole");
}

/// Takes everything that an upgrade function can take, and answers every message with itself.
struct Everything {
    greeting: String,
}

#[websocket::service(path = "/<name>/<rest..>", subprotocols = ["chat", "chat.v2"], idle_timeout = 60, ping_interval = 20)]
impl Everything {
    #[upgrade]
    fn accept(
        name: String,
        rest: String,
        #[query] number: Option<i32>,
        #[query] words: Vec<String>,
        #[header] x_key: Option<u8>,
        #[header] accept_language: Vec<String>,
        request: &UpgradeRequest,
    ) -> Result<Self, UpgradeError> {
        if name == "refused" {
            return Err(UpgradeError::forbidden(rest));
        }
        let greeting = format!("{name} {rest} {number:?} {words:?} {x_key:?} {accept_language:?} {request:?}");
        Ok(Self { greeting })
    }

    #[remote]
    async fn on_open(&mut self) -> String {
        std::mem::take(&mut self.greeting)
    }

    #[remote]
    async fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

/// A number in the path, and an answer to pings of its own.
struct Numbered(u64);

#[websocket::service(path = "/<number>", dispatcher_key = "event")]
impl Numbered {
    #[upgrade]
    fn accept(number: u64) -> Self {
        Self(number)
    }

    #[remote]
    async fn on_number(&mut self) -> String {
        self.0.to_string()
    }

    #[remote]
    async fn on_ping(&mut self, data: Bytes) -> Bytes {
        data
    }
}

thread_local! {
    static ROUTER: LazyCell<Router> = LazyCell::new(|| {
        Router::builder().service::<Everything>().service::<Numbered>().build().expect("the router is built")
    });
}
