// Another attribute macro on the methods, above and below the marker.
#![deny(warnings)]

use serde::Serialize;
use tracing::instrument;
use websocket::{Caller, CloseCode, Error, Listener, Stream, UpgradeError};

struct Chat(String);

#[websocket::service(path = "/<name>", dispatcher_key = "event")]
impl Chat {
    #[instrument(skip_all, err)]
    #[upgrade]
    async fn connect(name: String, #[query] page: Option<u8>) -> Result<Self, UpgradeError> {
        let _ = page;
        Ok(Self(name))
    }

    #[remote]
    #[instrument(skip(self), ret)]
    async fn on_open(&mut self, caller: &Caller) -> String {
        let _ = caller;
        self.0.clone()
    }

    #[instrument(skip(self))]
    #[remote]
    fn on_text_message<'a>(&self, text: &'a str) -> &'a str {
        text
    }

    #[tracing::instrument(skip(self), err)]
    #[remote]
    async fn on_binary_message(&self, data: &[u8]) -> websocket::Result<Vec<u8>> {
        Ok(data.to_vec())
    }

    #[remote]
    #[instrument(skip_all, fields(length = data.len()))]
    fn on_ping(&self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote(event = "join")]
    #[instrument(level = "debug", skip(self))]
    fn join(&self, room: u8) -> Option<u8> {
        Some(room)
    }

    #[instrument(skip_all)]
    #[remote]
    fn join_error(&self, _error: &Error) {}

    #[instrument(skip_all)]
    #[remote]
    #[allow(unused_variables)]
    async fn on_watch<'a>(&'a mut self, caller: &'a Caller) -> impl Stream<Item = u8> + use<> {
        futures_util::stream::empty()
    }

    #[remote]
    #[instrument(skip_all)]
    fn on_count(&self) -> impl Serialize + use<> {
        1
    }

    #[instrument]
    #[remote]
    async fn on_close(&mut self, status: CloseCode, reason: &str) {}
}

impl std::fmt::Debug for Chat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Chat")
    }
}

struct Plain;

#[websocket::service(path = "/plain")]
impl Plain {
    #[upgrade]
    #[instrument]
    fn connect() -> Self {
        Self
    }

    #[remote]
    #[instrument(skip_all)]
    fn on_open(&self) {}
}

fn main() {
    let _ = Listener::new(0).service::<Chat>().service::<Plain>();
}
