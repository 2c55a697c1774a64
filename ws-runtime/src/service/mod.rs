//! What the macro implements for a service, and what the driver knows about it.

mod accept;
mod argument;
mod event;
#[cfg(feature = "client")]
mod handler;
mod payload;
mod permit;
mod reply;
mod settings;

use ws_core::dispatch::Route;
use ws_core::protocol::Role;

use crate::caller::Caller;
use crate::upgrade::UpgradeRequest;

pub use accept::{Accept, DefaultService, UpgradeReply, UpgradeResult};
pub use argument::{FromError, FromReason, FromState, FromStatus};
pub use event::{Event, Failure, Handled, Outcome, Source};
pub(crate) use event::{Failed, StreamId};
#[cfg(feature = "client")]
pub use handler::Handler;
pub use payload::{BytesPayload, Data, Payload, TextPayload};
pub use permit::permit;
pub(crate) use reply::Feed;
pub use reply::{NoReply, PongReply, Reply, SendFuture, Target, answer, each, hand};
#[cfg(feature = "deflate")]
pub use settings::CompressionChoice;
pub use settings::{AuthChoice, OriginsChoice, Seconds, Settings, Size};

/// The traits that choose the way of a payload and of a reply by auto-ref. Without names, so that an import of all of them hides nothing
/// of the user's.
pub mod stages {
    pub use super::payload::{BindJson as _, BindRaw as _, CheckPayload as _, KeepPayload as _, Unbindable as _};
    pub use super::reply::stages::{
        InOption as _, InResult as _, IsJson as _, IsNothing as _, IsOption as _, IsReply as _, IsResult as _,
        IsStream as _, NotInOption as _, NotInResult as _,
    };
}

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
    type State: State;

    #[doc(hidden)]
    const DESCRIPTOR: Descriptor;

    #[doc(hidden)]
    const CHECKS: &[()] = &[];

    /// Which end of its connections the service is.
    #[doc(hidden)]
    const ROLE: Role = Role::Server;

    /// Returns whether no message is to be taken, because too much waits to go out.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    fn must_wait(caller: &Caller) -> bool {
        caller.shared().is_full()
    }

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

/// What all connections of a service can share: any type that is `Send`, `Sync`, and `'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the state of a service",
    label = "must be `Send`, `Sync`, and `'static`",
    note = "all connections share the state, on all threads: put what is not `Sync` into a `Mutex`, and `Arc` in the place of `Rc`"
)]
pub trait State: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync + 'static> State for S {}

/// The state of a service that shares nothing: `()`.
#[diagnostic::on_unimplemented(
    message = "the service needs its state, a `{Self}`",
    label = "the state is missing",
    note = "use `service_with::<…>(state)`"
)]
pub trait NoState: State {
    #[doc(hidden)]
    fn nothing() -> Self;
}

#[diagnostic::do_not_recommend]
impl NoState for () {
    fn nothing() -> Self {}
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
    #[must_use]
    pub const fn new(name: &'static str, path: &'static str) -> Self {
        let (subprotocols, routes): (&[&str], &[Route]) = (&[], &[]);
        Self { name, path, subprotocols, dispatcher_key: None, stream_id: None, answers_pings: false, routes }
    }

    /// In the server's order of preference.
    #[must_use]
    pub const fn subprotocols(mut self, names: &'static [&'static str]) -> Self {
        self.subprotocols = names;
        self
    }

    /// The field that names the method of a text message.
    #[must_use]
    pub const fn dispatcher_key(mut self, name: &'static str) -> Self {
        self.dispatcher_key = Some(name);
        self
    }

    /// The field of a dispatched message that its replies carry too.
    #[must_use]
    pub const fn stream_id(mut self, name: &'static str) -> Self {
        self.stream_id = Some(name);
        self
    }

    /// Whether the service has an `on_ping`.
    #[must_use]
    pub const fn answers_pings(mut self, answers: bool) -> Self {
        self.answers_pings = answers;
        self
    }

    /// The dispatched methods.
    #[must_use]
    pub const fn routes(mut self, routes: &'static [Route]) -> Self {
        self.routes = routes;
        self
    }
}
