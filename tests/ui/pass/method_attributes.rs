// Lint attributes, documentation, and code generation attributes on the methods and on the block.
#![deny(warnings)]

use websocket::{Caller, CloseCode, Error, Listener};

#[derive(Default)]
struct Chat(u8);

/// A comment of the block.
#[websocket::service(path = "/")]
#[allow(dead_code)]
impl Chat {
    #![allow(unused_mut)]

    /// Connects.
    ///
    /// In several lines.
    #[upgrade]
    #[allow(unused_variables)]
    #[inline(never)]
    fn connect(
        #[query]
        #[allow(unused)]
        page: Option<u8>,
        #[allow(unused)]
        #[header]
        host: Option<String>,
    ) -> Self {
        let unused = 1;
        Self(0)
    }

    /** Opens. */
    #[remote]
    #[expect(unused_variables)]
    async fn on_open(&mut self, caller: &Caller) -> u8 {
        self.0
    }

    #[allow(unused_variables, reason = "above the marker")]
    #[remote]
    fn on_text_message(&self, text: &str) {}

    #[deny(unused_variables)]
    #[remote]
    #[warn(clippy::all)]
    fn on_text_message_error(&self, _error: &Error) {}

    #[cfg_attr(all(), allow(unused_variables))]
    #[remote]
    fn on_binary_message(&self, data: &[u8]) {}

    #[cfg_attr(any(), must_use = "never")]
    #[remote]
    #[forbid(unsafe_code)]
    fn on_binary_message_error(&self, #[allow(unused_variables)] error: &Error) {}

    #[remote]
    #[must_use]
    #[inline]
    fn on_ping(&self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[doc(hidden)]
    #[doc = "Is told of pongs."]
    #[remote]
    #[doc(alias = "heartbeat")]
    fn on_pong(&self, _data: &[u8]) {}

    #[remote]
    #[cold]
    #[track_caller]
    fn on_error(&self, _error: &Error) {}

    #[rustfmt::skip]
    #[remote] #[allow(unused)]    fn on_close(&self, status: CloseCode, reason: &str) {}

    /// Nobody calls it.
    fn helper(mut self) {}

    #[expect(unused_variables)]
    #[allow(non_upper_case_globals)]
    const limit: fn() = || {
        let unused = 1;
    };
}

fn main() {
    let _ = Listener::new(0).service::<Chat>();
}
