//! The services that every server of the suite has.

use futures_util::stream;
use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use tests::server::Journal;
use websocket::{Accept, Caller, CloseCode, CloseFrame, Error, Stream, UpgradeError};

/// Echoes, does what some messages ask for, and writes down its end.
pub(crate) struct Room {
    name: String,
    journal: Journal,
}

#[websocket::service(path = "/room/<name>", subprotocols = ["chat", "news"], state = Journal, max_frame_size = 1_048_576)]
impl Room {
    #[upgrade]
    fn accept(name: String, #[query] refusal: Option<String>, journal: &Journal) -> Result<Accept<Self>, UpgradeError> {
        match refusal {
            Some(text) => Err(UpgradeError::forbidden(text)),
            None => Ok(Accept::new(Self { name, journal: journal.clone() })
                .with_header(HeaderName::from_static("x-room"), HeaderValue::from_static("open"))),
        }
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: String) -> websocket::Result<Option<String>> {
        Ok(Some(match text.as_str() {
            "name" => self.name.clone(),
            "subprotocol" => format!("{:?}", caller.subprotocol()),
            "peer" => format!("{} {:?}", caller.is_secure(), caller.remote_addr().map(|address| address.ip())),
            "leave" => {
                caller.close(CloseFrame::new(4001, "as you wish").expect("the code may be sent")).await?;
                return Ok(None);
            }
            "flood" => {
                for _ in 0..FLOOD {
                    caller.write_text("x".repeat(FLOOD_LENGTH)).await?;
                }
                "dry".to_owned()
            }
            _ => text,
        }))
    }

    #[remote]
    fn on_binary_message<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        data
    }

    #[remote]
    fn on_pong(&mut self, data: &[u8]) {
        self.journal.note(format!("pong {}", String::from_utf8_lossy(data)));
    }

    #[remote]
    fn on_error(&mut self, _error: &Error) {
        self.journal.note("error");
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode, reason: &str) {
        self.journal.note(format!("closed {} {reason}", u16::from(status)));
    }
}

/// The messages of a flood; together more than any socket takes.
pub(crate) const FLOOD: usize = 300;
/// The bytes of each.
pub(crate) const FLOOD_LENGTH: usize = 60_000;

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<i64>,
}

#[derive(Serialize)]
struct Sum {
    sum: i64,
}

/// Takes messages by their event.
#[derive(Default)]
pub(crate) struct Calculator;

#[websocket::service(path = "/calculator", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Calculator {
    #[remote]
    fn on_add(&mut self, request: Numbers) -> Sum {
        Sum { sum: request.numbers.iter().sum() }
    }

    #[remote]
    fn on_list(&mut self, request: Numbers) -> impl Stream<Item = Sum> + use<> {
        stream::iter(request.numbers.into_iter().map(|sum| Sum { sum }))
    }

    #[remote]
    fn on_message(&mut self, text: String) -> String {
        format!("unknown: {text}")
    }
}

/// Has no patience.
#[derive(Default)]
pub(crate) struct Idle;

#[websocket::service(path = "/idle", idle_timeout = 0.05)]
impl Idle {
    #[remote]
    fn on_pong(&mut self, _data: &[u8]) {}
}
