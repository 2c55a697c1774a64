// The expansion is clean under the lints that a strict crate denies.
#![deny(warnings, missing_docs, unused, unused_qualifications, unreachable_pub, single_use_lifetimes)]
#![deny(let_underscore_drop, trivial_casts, unused_lifetimes, unused_results, elided_lifetimes_in_paths)]
#![forbid(unsafe_code)]

//! A crate.

use websocket::{Caller, CloseCode, Error, Listener, UpgradeError, UpgradeRequest};

/// A chat.
pub struct Chat {
    name: String,
}

/// What all chats share.
#[derive(Debug)]
pub struct Hub;

#[websocket::service(
    path = "/<name>",
    state = Hub,
    subprotocols = ["chat.v1"],
    idle_timeout = 30,
    dispatcher_key = "event",
    max_message_size = 1 << 20,
)]
impl Chat {
    /// Connects.
    #[upgrade]
    async fn connect(name: String, _hub: &Hub, _: &UpgradeRequest, #[query] _page: u8) -> Result<Self, UpgradeError> {
        Ok(Self { name })
    }

    /// Opens.
    #[remote]
    #[expect(clippy::unused_async, reason = "the attribute stays on the method")]
    pub async fn on_open(&mut self, _caller: &Caller) -> String {
        self.name.clone()
    }

    #[remote]
    fn on_text_message(&self, text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[remote]
    fn on_join(&self, _room: &str) {}

    #[remote]
    fn on_join_error(&self, _error: &Error) {}

    #[remote]
    #[must_use]
    fn on_ping(&self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    fn on_close(&self, _status: CloseCode) {}
}

fn main() {
    let _listener = Listener::new(0).service_with::<Chat>(Hub);
}
