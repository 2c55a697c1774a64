//! What each method with the `remote` attribute is for, as its name and its `event` say.

use syn::ext::IdentExt as _;
use syn::{Attribute, Meta};
use ws_core::callback::Callback;
use ws_core::dispatch;

use crate::args::RawArgs;
use crate::diag::Diagnostics;
use crate::item::{RawImpl, RawMethod};
use crate::key::Key;
use crate::marker::Marker;
use crate::message;
use crate::model::Route;
use crate::remote::{RawEvent, RawRemote, RawScopes};
use crate::side::Side;
use crate::suggest;
use crate::types;

/// A method with the `remote` attribute.
pub(super) struct Remote<'a> {
    pub(super) method: &'a RawMethod,
    pub(super) name: String,
    pub(super) event: RawEvent,
    pub(super) scopes: Option<RawScopes>,
    /// Whether messages are dispatched.
    pub(super) is_dispatching: bool,
    /// `None` when it has none, which is already reported.
    pub(super) role: Option<Role>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Role {
    Dispatched(Route),
    /// The error callback of the remote method with this index.
    ErrorOf(usize),
    Fixed(Callback),
}

/// Finds the remote methods of a block and their roles, in the order of the source.
pub(super) fn assign<'a>(block: &'a RawImpl, args: &RawArgs, diags: &mut Diagnostics) -> Vec<Remote<'a>> {
    let is_dispatching = args.has(Key::Dispatcher);
    let mut remotes: Vec<_> = block.methods().filter_map(|method| Remote::new(method, is_dispatching, diags)).collect();
    for index in 0..remotes.len() {
        let role = Names { block, remotes: &remotes, side: args.side, is_dispatching }.role(index, diags);
        remotes[index].role = role;
    }
    remotes
}

impl<'a> Remote<'a> {
    fn new(method: &'a RawMethod, is_dispatching: bool, diags: &mut Diagnostics) -> Option<Self> {
        // Of two, which is a mistake, the one that says more.
        let says_more = |attr: &&Attribute| matches!(attr.meta, Meta::List(_));
        let attr = method.markers(Marker::Remote).find(says_more).or_else(|| method.markers(Marker::Remote).next())?;
        // What is marked as both has one mistake, not one for each role.
        if method.is_marked(Marker::Upgrade) {
            return None;
        }
        let name = method.signature.ident.unraw().to_string();
        let RawRemote { event, scopes } = RawRemote::parse(attr, diags);
        Some(Self { method, name, event, scopes, is_dispatching, role: None })
    }

    /// Returns whether the method takes what an error callback takes.
    fn takes_error(&self) -> bool {
        self.method.arguments().any(|argument| types::is_shared_reference_to(&argument.ty, "Error"))
    }

    fn is_conditional(&self) -> bool {
        !self.method.cfgs().is_empty()
    }

    /// Returns whether the configuration may choose between two methods, so that they are no contradiction.
    pub(super) fn may_exclude(&self, other: &Self) -> bool {
        self.is_conditional() && other.is_conditional()
    }
}

/// All names of a block: what a method is for depends on its siblings.
struct Names<'a, 'cx> {
    block: &'cx RawImpl,
    remotes: &'cx [Remote<'a>],
    side: Side,
    is_dispatching: bool,
}

impl Names<'_, '_> {
    fn role(&self, index: usize, diags: &mut Diagnostics) -> Option<Role> {
        let remote = &self.remotes[index];
        if let Some(callback) = Callback::from_name(&remote.name) {
            check_no_event(remote, diags);
            return Some(Role::Fixed(callback));
        }
        if let Some(method) = self.method_of_error_callback(&remote.name) {
            check_no_event(remote, diags);
            return Some(Role::ErrorOf(method));
        }
        match &remote.event {
            RawEvent::Given { key, .. } if !self.is_dispatching => {
                diags.report(key, message::event_without_dispatcher_key(self.side));
                None
            }
            RawEvent::Given { value, .. } => Some(Role::Dispatched(Route::Event(value.value()))),
            RawEvent::Absent => self.role_by_name(remote, diags),
            RawEvent::Invalid => None,
        }
    }

    fn role_by_name(&self, remote: &Remote<'_>, diags: &mut Diagnostics) -> Option<Role> {
        let ident = &remote.method.signature.ident;
        let name = &remote.name;
        if let Some(text) = self.stray_error_callback(remote) {
            diags.report(ident, text);
            return None;
        }
        if name.strip_suffix(SUFFIX).is_some_and(|method| self.block.has_unread(method)) {
            return None;
        }
        if !self.is_dispatching {
            let twins = self.names_of_error_callbacks();
            let names = Callback::ALL.map(Callback::name).into_iter().chain(twins.iter().map(String::as_str));
            let similar = suggest::similar_method(name, names);
            let text = match name_elsewhere(name) {
                Some(callback) if similar.is_none() => message::callback_of_another_name(name, callback),
                _ => message::unknown_callback(self.side, name, similar),
            };
            diags.report(ident, text);
            return None;
        }
        if !name.starts_with(PREFIX) {
            diags.report(ident, message::dispatched_without_value(name));
            return None;
        }
        let reachable = dispatch::method_name(&name[PREFIX.len()..]);
        if reachable != *name {
            let is_free = |reachable: &&str| reachable.starts_with(PREFIX) && Callback::from_name(reachable).is_none();
            let reachable = Some(&*reachable).filter(is_free);
            diags.report(ident, message::unreachable_method(name, reachable));
            return None;
        }
        if let Some(callback) = self.misspelt_callback(name) {
            diags.report(ident, message::misspelt_callback(name, callback, &name[PREFIX.len()..]));
            return None;
        }
        Some(Role::Dispatched(Route::Method(name.clone())))
    }

    /// Finds the callback that the name of a dispatched method is a slip of the pen away from, unless the service has it as well.
    fn misspelt_callback(&self, name: &str) -> Option<&'static str> {
        let missing = Callback::ALL.map(Callback::name).into_iter();
        let mut missing = missing.filter(|callback| self.remotes.iter().all(|remote| remote.name != **callback));
        missing.find(|callback| suggest::is_slip(&name[PREFIX.len()..], &callback[PREFIX.len()..]))
    }

    /// The error callbacks that the methods of the service could have.
    fn names_of_error_callbacks(&self) -> Vec<String> {
        let callbacks = self.remotes.iter().filter_map(|remote| Callback::from_name(&remote.name));
        callbacks.filter(|callback| callback.receives_messages()).map(|it| format!("{}{SUFFIX}", it.name())).collect()
    }

    /// Finds the method whose error callback a name is: `on_subscribe` for `on_subscribe_error`.
    fn method_of_error_callback(&self, name: &str) -> Option<usize> {
        let method = name.strip_suffix(SUFFIX)?;
        let index = self.remotes.iter().position(|remote| remote.name == method)?;
        let receives_messages = match Callback::from_name(method) {
            Some(callback) => callback.receives_messages(),
            None => self.method_of_error_callback(method).is_none(),
        };
        receives_messages.then_some(index)
    }

    /// Explains an error callback whose method is missing, or never has its payload rejected.
    fn stray_error_callback(&self, remote: &Remote<'_>) -> Option<String> {
        let name = &remote.name;
        let method = name.strip_suffix(SUFFIX)?;
        let callback = Callback::from_name(method);
        let is_error_callback = remote.takes_error() || callback.is_some() && !self.is_dispatching;
        if !is_error_callback || self.block.has_unread(method) {
            return None;
        }
        let is_remote = self.remotes.iter().any(|remote| remote.name == method);
        if is_remote || callback.is_some_and(|callback| !callback.receives_messages()) {
            return Some(message::error_callback_without_payload(name, method));
        }
        if self.block.methods().any(|sibling| sibling.signature.ident.unraw() == method) {
            return Some(message::error_callback_of_ordinary_method(name, method));
        }
        let others = self.remotes.iter().map(|remote| &*remote.name).filter(|other| other != name);
        Some(message::error_callback_without_method(name, method, suggest::similar_method(method, others)))
    }
}

fn check_no_event(remote: &Remote<'_>, diags: &mut Diagnostics) {
    if let RawEvent::Given { key, .. } = &remote.event {
        diags.report(key, message::event_on_callback(&remote.name));
    }
}

/// Finds the callback that has another name in other frameworks.
fn name_elsewhere(name: &str) -> Option<&'static str> {
    let callback = match name.strip_prefix(PREFIX).unwrap_or(name) {
        "binary" | "bytes" | "data" => Callback::BinaryMessage,
        "connect" | "connected" | "connection" => Callback::Open,
        "closed" | "disconnect" | "disconnected" => Callback::Close,
        "failure" => Callback::Error,
        "idle" | "timeout" => Callback::IdleTimeout,
        "handle" | "handle_message" | "msg" | "receive" => Callback::Message,
        "text" => Callback::TextMessage,
        _ => return None,
    };
    Some(callback.name())
}

const PREFIX: &str = "on_";
const SUFFIX: &str = "_error";
