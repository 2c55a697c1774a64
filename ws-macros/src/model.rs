//! A service or a client that can be expanded: what is wrong with one cannot be said with these types.

use proc_macro2::Span;
use syn::{Attribute, Expr, Ident, LitStr, Path, Type};

use crate::args::RawArgs;
use crate::item::RawImpl;
use crate::key::Key;

/// One end of a connection: a service or a client.
pub(crate) struct Endpoint<'a> {
    pub(crate) args: &'a RawArgs,
    pub(crate) block: &'a RawImpl,
    pub(crate) runtime: Path,
    /// What only a service has.
    pub(crate) service: Option<Service<'a>>,
    pub(crate) dispatcher_key: Option<&'a LitStr>,
    /// The field of a request that its replies carry too.
    pub(crate) stream_id: Option<&'a LitStr>,
    pub(crate) skips_validation: bool,
    pub(crate) settings: Vec<Setting<'a>>,
    /// In the order of the source.
    pub(crate) callbacks: Vec<Callback<'a>>,
}

pub(crate) struct Service<'a> {
    pub(crate) path: &'a LitStr,
    pub(crate) state: Option<&'a Type>,
    pub(crate) subprotocols: Vec<&'a LitStr>,
    pub(crate) upgrade: Option<Upgrade<'a>>,
}

/// A setting with the value that the user wrote.
pub(crate) struct Setting<'a> {
    pub(crate) key: Key,
    pub(crate) value: &'a Expr,
}

/// How a user's function is called.
pub(crate) struct Function<'a> {
    pub(crate) name: &'a Ident,
    /// The place of `async` or `fn`.
    pub(crate) keyword: Span,
    pub(crate) is_async: bool,
    pub(crate) output: Option<Output<'a>>,
}

/// What a user's function returns: `-> String`.
#[derive(Clone, Copy)]
pub(crate) struct Output<'a> {
    pub(crate) arrow: Span,
    pub(crate) ty: &'a Type,
}

/// The function that answers upgrade requests.
pub(crate) struct Upgrade<'a> {
    pub(crate) function: Function<'a>,
    pub(crate) arguments: Vec<UpgradeArgument<'a>>,
}

pub(crate) struct UpgradeArgument<'a> {
    pub(crate) source: ArgumentSource,
    pub(crate) ty: &'a Type,
}

/// Where an argument of the upgrade function comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArgumentSource {
    Header(String),
    Path(String),
    Query(String),
    Request,
    State,
}

/// A method that is called for an event.
pub(crate) struct Callback<'a> {
    pub(crate) function: Function<'a>,
    pub(crate) cfgs: Vec<&'a Attribute>,
    /// Of these one is needed; none is needed where there are none.
    pub(crate) scopes: Vec<LitStr>,
    /// The type of the caller, where the method takes it.
    pub(crate) caller: Option<&'a Type>,
    pub(crate) event: Event<'a>,
}

/// The event that a callback is for, with the types of what it takes.
pub(crate) enum Event<'a> {
    Close { status: Option<&'a Type>, reason: Option<&'a Type> },
    Dispatched { index: usize, route: Route, payload: Option<&'a Type> },
    Error { error: &'a Type },
    IdleTimeout,
    Message { kind: MessageKind, payload: &'a Type },
    Open,
    Ping { data: &'a Type },
    Pong { data: &'a Type },
    Rejected { source: Source, error: &'a Type },
}

/// The messages that a callback receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Any,
    Binary,
    Text,
}

/// The callback whose payload was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The dispatched method with one of these indices, of which the configuration chooses one.
    Dispatched(Vec<usize>),
    Message(MessageKind),
}

/// How a message names a dispatched method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Event(String),
    Method(String),
}

impl Event<'_> {
    /// Returns whether a reply to the event may be a reply to a dispatched request.
    pub(crate) const fn has_stream_id(&self) -> bool {
        matches!(
            self,
            Self::Dispatched { .. } | Self::Error { .. } | Self::Rejected { source: Source::Dispatched(_), .. }
        )
    }
}

impl Endpoint<'_> {
    /// The routes, in the order of their indices.
    pub(crate) fn routes(&self) -> impl Iterator<Item = (&Route, &[&Attribute])> {
        self.callbacks.iter().filter_map(|callback| match &callback.event {
            Event::Dispatched { route, .. } => Some((route, callback.cfgs.as_slice())),
            _ => None,
        })
    }
}
