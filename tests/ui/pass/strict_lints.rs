// The expansion is clean under the lints that a strict crate denies.
#![deny(warnings, future_incompatible, keyword_idents, nonstandard_style, rust_2018_idioms, rust_2021_compatibility)]
#![deny(rust_2024_compatibility, let_underscore, unused, missing_docs, missing_debug_implementations)]
#![deny(absolute_paths_not_starting_with_crate, closure_returning_async_block, deprecated_in_future)]
#![deny(elided_lifetimes_in_paths, explicit_outlives_requirements, impl_trait_redundant_captures, let_underscore_drop)]
#![deny(macro_use_extern_crate, meta_variable_misuse, missing_copy_implementations, redundant_imports)]
#![deny(redundant_lifetimes, single_use_lifetimes, tail_expr_drop_order, trivial_casts, trivial_numeric_casts)]
#![deny(unit_bindings, unnameable_types, unreachable_pub, unused_crate_dependencies, unused_extern_crates)]
#![deny(unused_import_braces, unused_lifetimes, unused_macro_rules, unused_qualifications, unused_results)]
#![deny(variant_size_differences)]
#![forbid(non_ascii_idents, unsafe_code)]
#![allow(unused_crate_dependencies, reason = "the crates of the other files")]

//! A crate.

use futures_util::stream;
use serde::{Deserialize, Serialize};
use websocket::{Bytes, Caller, CloseCode, CloseFrame, Error, Listener, Message, Stream, UpgradeError, UpgradeRequest};

/// A chat.
#[derive(Debug)]
pub struct Chat {
    name: String,
}

/// What all chats share.
#[derive(Clone, Copy, Debug)]
pub struct Hub;

#[derive(Debug, Deserialize, Serialize)]
struct Join<'a> {
    room: &'a str,
}

#[websocket::service(
    path = "/<name>",
    state = Hub,
    subprotocols = ["chat.v1"],
    idle_timeout = 30,
    connection_closure_timeout = -1,
    dispatcher_key = "event",
    dispatcher_stream_id = "id",
    max_message_size = 1 << 20,
)]
impl Chat {
    /// Connects.
    #[upgrade]
    async fn connect(
        name: String,
        _hub: &Hub,
        _: &UpgradeRequest,
        #[query] _page: u8,
        #[header] _host: Option<String>,
    ) -> Result<Self, UpgradeError> {
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
    fn on_text_message_error(&self, _error: &Error) -> CloseFrame {
        CloseFrame::normal()
    }

    #[remote]
    async fn on_binary_message<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        data
    }

    #[remote]
    fn on_join(&self, join: Join<'_>) -> usize {
        join.room.len()
    }

    #[remote]
    fn on_join_error(&self, _error: &Error) {}

    #[remote]
    fn on_part<'a>(&self, join: Join<'a>) -> Result<Join<'a>, Error> {
        Ok(join)
    }

    #[remote]
    async fn on_watch(&self) -> impl Stream<Item = Result<u8, Error>> + use<> {
        stream::iter([Ok(1)])
    }

    #[remote]
    #[must_use]
    fn on_ping(&self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    fn on_pong(&self, _: Bytes) {}

    #[remote]
    fn on_idle_timeout(&self) {}

    #[remote]
    fn on_error(&self, _error: &Error) -> websocket::Result<()> {
        Ok(())
    }

    #[remote]
    fn on_close(&self, _status: CloseCode, _reason: &str) {}
}

#[derive(Debug, Default)]
struct Echo;

#[websocket::service(path = "/echo")]
impl Echo {
    #[remote]
    fn on_message(&self, message: Message) -> Message {
        message
    }
}

fn main() {
    let _listener = Listener::new(0).service_with::<Chat>(Hub).service::<Echo>();
}
