//! What the macro implements for a service, and what the driver knows about it.

mod accept;
mod event;
mod payload;
mod reply;
mod settings;

use ws_core::dispatch::Route;
use ws_core::protocol::Role;

use crate::caller::Caller;
use crate::upgrade::UpgradeRequest;

pub use accept::{Accept, AcceptValue, UnfitAccept, UpgradeReply, UpgradeResult};
pub use event::{Event, Failure, Handled, Outcome, Source};
pub(crate) use event::{Failed, StreamId};
pub use payload::{BindJson, BindRaw, BytesPayload, CheckPayload, Data, KeepPayload, Payload, TextPayload, Unbindable};
pub(crate) use reply::Feed;
pub use reply::{
    KeepOption, KeepValue, NoReply, PongReply, Reply, SendJson, SendPong, SendStream, SendValue, Target, UnpackResult,
    Unsendable, WrapOption,
};
pub use settings::{Seconds, Settings};

/// A WebSocket service: implemented by [`#[websocket::service]`](macro@crate::service), not by hand.
///
/// There is one instance per connection.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a WebSocket service",
    label = "not a WebSocket service",
    note = "add the attribute `#[websocket::service(path = \"/…\")]` to an `impl` block of `{Self}`"
)]
pub trait Service: Sized + Send + 'static {
    /// What all connections of the service share.
    type State: Send + Sync + 'static;

    #[doc(hidden)]
    const DESCRIPTOR: Descriptor;

    #[doc(hidden)]
    const CHECKS: () = ();

    /// Which end of its connections the service is.
    #[doc(hidden)]
    const ROLE: Role = Role::Server;

    #[doc(hidden)]
    #[must_use]
    fn settings() -> Settings {
        Settings::new()
    }

    #[doc(hidden)]
    fn upgrade(request: &UpgradeRequest, state: &Self::State) -> impl Future<Output = UpgradeResult<Self>> + Send;

    #[doc(hidden)]
    fn call(&mut self, caller: &Caller, event: Event<'_>) -> impl Future<Output = Outcome> + Send;

    /// Resolves when everything that was told has been dealt with, also by whom it was handed on to. Only a client is asked.
    #[doc(hidden)]
    fn settle(&mut self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// What is known about a service at compile time.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// The type of the service.
    pub name: &'static str,
    /// The path template.
    pub path: &'static str,
    /// In the server's order of preference.
    pub subprotocols: &'static [&'static str],
    /// The field that names the method of a text message.
    pub dispatcher_key: Option<&'static str>,
    /// The field of a dispatched message that its replies carry too.
    pub stream_id: Option<&'static str>,
    /// The service has an `on_ping`.
    pub answers_pings: bool,
    /// The dispatched methods; an [`Event::Dispatched`] carries an index into them.
    pub routes: &'static [Route],
}

impl Descriptor {
    /// A service without anything optional.
    pub const DEFAULT: Self = Self {
        name: "",
        path: "/",
        subprotocols: &[],
        dispatcher_key: None,
        stream_id: None,
        answers_pings: false,
        routes: &[],
    };
}
