//! What the macro implements for a client.

use crate::caller::Caller;
use crate::service::{Descriptor, Event, Outcome, Settings};

/// The callbacks of a client: implemented by [`#[websocket::client]`](macro@crate::client), not by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a WebSocket client",
    label = "not a WebSocket client",
    note = "add the attribute `#[websocket::client]` to an `impl` block of `{Self}`"
)]
pub trait Handler: Sized + Send + 'static {
    #[doc(hidden)]
    const DESCRIPTOR: Descriptor;

    #[doc(hidden)]
    const CHECKS: &[()] = &[];

    #[doc(hidden)]
    #[must_use]
    fn settings() -> Settings {
        Settings::new()
    }

    #[doc(hidden)]
    fn call(&mut self, caller: &Caller, event: Event<'_>) -> impl Future<Output = Outcome> + Send;
}
