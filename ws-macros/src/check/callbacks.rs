//! The callbacks of a service or a client.

use ws_core::callback::Callback as Fixed;

use super::arguments::Arguments;
use super::roles::{self, Remote, Role};
use super::signature::{self, Noun};
use super::{combination, dispatch, scopes, streams};
use crate::args::RawArgs;
use crate::diag::Diagnostics;
use crate::item::RawImpl;
use crate::key::Key;
use crate::message;
use crate::model::{Callback, Event, MessageKind, Source};

pub(super) fn check<'a>(block: &'a RawImpl, args: &RawArgs, diags: &mut Diagnostics) -> Vec<Callback<'a>> {
    let remotes = roles::assign(block, args, diags);
    for remote in &remotes {
        streams::check(remote.method, &block.header.generics, diags);
        check_idle_timeout(remote, args, diags);
    }
    let callbacks = (0..remotes.len()).filter_map(|index| check_callback(&remotes, index, diags)).collect();
    combination::check(&remotes, diags);
    dispatch::check(&remotes, diags);
    scopes::check(&remotes, args.side, diags);
    callbacks
}

/// Nothing is idle where there is no idle timeout.
fn check_idle_timeout(remote: &Remote<'_>, args: &RawArgs, diags: &mut Diagnostics) {
    if remote.role == Some(Role::Fixed(Fixed::IdleTimeout)) && !args.has(Key::IdleTimeout) {
        diags.report(&remote.method.signature.ident, message::callback_without_timeout(args.side, &remote.name));
    }
}

fn check_callback<'a>(remotes: &[Remote<'a>], index: usize, diags: &mut Diagnostics) -> Option<Callback<'a>> {
    let remote = &remotes[index];
    let method = remote.method;
    signature::check(Noun::Callback, method, diags);
    let signature = expected_signature(remote);
    signature::check_receiver(method, &signature, diags);
    // Its first argument was meant for it.
    method.receiver()?;
    let (caller, arguments) = Arguments::split(remote, &signature, diags);
    if remote.is_dispatching && arguments.is_payload_of_lifecycle(diags) {
        return None;
    }
    let event = match remote.role.as_ref()? {
        Role::Dispatched(route) => {
            let payload = arguments.optional_payload(diags);
            Event::Dispatched { index: route_index(remotes, index), route: route.clone(), payload }
        }
        Role::ErrorOf(method) => Event::Rejected { source: source(remotes, *method)?, error: arguments.error(diags)? },
        Role::Fixed(callback) => fixed(*callback, &arguments, diags)?,
    };
    let scopes = remote.scopes.iter().flat_map(|scopes| scopes.names.iter().cloned()).collect();
    Some(Callback { function: signature::function(&method.signature), cfgs: method.cfgs(), scopes, caller, event })
}

fn fixed<'a>(callback: Fixed, arguments: &Arguments<'a, '_>, diags: &mut Diagnostics) -> Option<Event<'a>> {
    let message = |kind, payload| Event::Message { kind, payload };
    Some(match callback {
        Fixed::Open => arguments.none(diags).map(|()| Event::Open)?,
        Fixed::IdleTimeout => arguments.none(diags).map(|()| Event::IdleTimeout)?,
        Fixed::Message => message(MessageKind::Any, arguments.payload("the message", diags)?),
        Fixed::TextMessage => message(MessageKind::Text, arguments.payload("the text", diags)?),
        Fixed::BinaryMessage => message(MessageKind::Binary, arguments.payload("the bytes", diags)?),
        Fixed::Ping => Event::Ping { data: arguments.payload("the bytes", diags)? },
        Fixed::Pong => Event::Pong { data: arguments.payload("the bytes", diags)? },
        Fixed::Close => {
            let (status, reason) = arguments.status_and_reason(diags);
            Event::Close { status, reason }
        }
        Fixed::Error => Event::Error { error: arguments.error(diags)? },
    })
}

/// Returns the place of a dispatched method among the routes.
fn route_index(remotes: &[Remote<'_>], index: usize) -> usize {
    remotes[..index].iter().filter(|remote| matches!(remote.role, Some(Role::Dispatched(_)))).count()
}

/// Returns the places of all dispatched methods of a name.
fn indices(remotes: &[Remote<'_>], name: &str) -> Vec<usize> {
    let of_the_name = |index: &usize| remotes[*index].name == name;
    (0..remotes.len()).filter(of_the_name).map(|index| route_index(remotes, index)).collect()
}

/// Returns where the payload comes from that an error callback hears about.
fn source(remotes: &[Remote<'_>], method: usize) -> Option<Source> {
    match remotes[method].role.as_ref()? {
        Role::Dispatched(_) => Some(Source::Dispatched(indices(remotes, &remotes[method].name))),
        Role::ErrorOf(_) => None,
        Role::Fixed(callback) => Some(Source::Message(match callback {
            Fixed::BinaryMessage => MessageKind::Binary,
            Fixed::Message => MessageKind::Any,
            Fixed::TextMessage => MessageKind::Text,
            _ => return None,
        })),
    }
}

fn expected_signature(remote: &Remote<'_>) -> String {
    let name = &remote.name;
    match remote.role {
        Some(Role::Fixed(callback)) => callback.signature().to_owned(),
        Some(Role::ErrorOf(_)) => format!("async fn {name}(&mut self, caller: &Caller, error: &Error)"),
        Some(Role::Dispatched(_)) | None => format!("async fn {name}(&mut self, caller: &Caller, message: Message)"),
    }
}
