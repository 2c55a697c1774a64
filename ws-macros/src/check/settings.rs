//! The arguments of the `service` attribute.

use syn::ext::IdentExt as _;
use syn::{Expr, LitStr, Type};

use ws_core::origin;

use super::literal;
use super::path::{self, Path};
use crate::args::{RawArg, RawArgs, RawValue};
use crate::diag::Diagnostics;
use crate::key::Key;
use crate::message;
use crate::model::Setting;
use crate::types;

/// What is valid of the arguments.
#[derive(Default)]
pub(super) struct Settings<'a> {
    pub(super) path: Option<Path<'a>>,
    pub(super) subprotocols: Vec<&'a LitStr>,
    pub(super) dispatcher_key: Option<&'a LitStr>,
    pub(super) stream_id: Option<&'a LitStr>,
    pub(super) skips_validation: bool,
    pub(super) values: Vec<Setting<'a>>,
}

pub(super) fn check<'a>(args: &'a RawArgs, diags: &mut Diagnostics) -> Settings<'a> {
    let mut settings = Settings::default();
    for (index, arg) in args.args.iter().enumerate() {
        if args.args[..index].iter().any(|earlier| is_repeated(earlier, arg)) {
            diags.report(&arg.ident, message::duplicate_attribute(arg.key.name()));
        } else {
            match &arg.value {
                Some(RawValue::Expr(value)) => settings.check(arg.key, value, diags),
                Some(RawValue::Type(state)) => check_state(state, diags),
                Some(RawValue::Path(_)) | None => {}
            }
        }
    }
    settings.check_stream_id(args, diags);
    check_pong_timeout(args, diags);
    settings
}

impl<'a> Settings<'a> {
    fn check(&mut self, key: Key, value: &'a Expr, diags: &mut Diagnostics) {
        match key {
            Key::Auth | Key::Compression => {
                literal::check_computed(key, value, diags);
                self.values.push(Setting { key, value });
            }
            Key::ConnectionClosureTimeout | Key::IdleTimeout | Key::PingInterval | Key::PongTimeout => {
                literal::check_seconds(key, value, diags);
                self.values.push(Setting { key, value });
            }
            Key::MaxFrameSize | Key::MaxMessageSize => {
                literal::check_size(key, value, diags);
                self.values.push(Setting { key, value });
            }
            Key::Origins => {
                check_origins(value, diags);
                self.values.push(Setting { key, value });
            }
            Key::Dispatcher => self.dispatcher_key = check_field_name(key, value, diags),
            Key::DispatcherStreamId => self.stream_id = check_field_name(key, value, diags),
            Key::Path => self.path = literal::string(key, value, diags).and_then(|path| path::check(path, diags)),
            Key::Subprotocols => self.subprotocols = check_subprotocols(value, diags),
            Key::Validation => self.skips_validation = literal::boolean(key, value, diags) == Some(false),
            // Read as a path and a type, never as an expression.
            Key::Crate | Key::State => {}
        }
    }

    /// A reply is found again by a field that is not the one that dispatches requests.
    fn check_stream_id(&self, args: &RawArgs, diags: &mut Diagnostics) {
        let Some(stream_id) = self.stream_id.filter(|name| !name.value().is_empty()) else { return };
        if !args.has(Key::Dispatcher) {
            diags.report(stream_id, message::stream_id_without_dispatcher_key());
        } else if self.dispatcher_key.is_some_and(|key| key.value() == stream_id.value()) {
            diags.report(stream_id, message::stream_id_is_dispatcher_key());
        }
    }
}

/// The name of a field of the messages.
fn check_field_name<'a>(key: Key, value: &'a Expr, diags: &mut Diagnostics) -> Option<&'a LitStr> {
    let name = literal::string(key, value, diags)?;
    if name.value().is_empty() {
        diags.report(name, message::empty_field_name(key.name()));
    }
    Some(name)
}

fn check_subprotocols<'a>(value: &'a Expr, diags: &mut Diagnostics) -> Vec<&'a LitStr> {
    let Expr::Array(array) = literal::peel(value) else {
        literal::report_ill_typed(Key::Subprotocols, value, diags);
        return Vec::new();
    };
    let mut subprotocols: Vec<&LitStr> = Vec::new();
    for element in &array.elems {
        let Some(literal) = literal::string(Key::Subprotocols, element, diags) else { continue };
        let name = literal.value();
        if !literal::is_token(&name) {
            diags.report(literal, message::invalid_subprotocol(&name));
        } else if subprotocols.iter().any(|earlier| earlier.value() == name) {
            diags.report(literal, message::duplicate_subprotocol(&name));
        }
        subprotocols.push(literal);
    }
    subprotocols
}

/// Origins that are literals are checked; others are when the listener binds.
fn check_origins(value: &Expr, diags: &mut Diagnostics) {
    let Expr::Array(array) = literal::peel(value) else { return literal::check_computed(Key::Origins, value, diags) };
    let mut known = Vec::new();
    for element in array.elems.iter().filter(|element| !literal::is_computed(element)) {
        let Some(literal) = literal::string(Key::Origins, element, diags) else { continue };
        let text = literal.value();
        match origin::canonical(&text) {
            Err(error) => diags.report(literal, message::invalid_origin(&text, error)),
            Ok(origin) if known.contains(&origin) => diags.report(literal, message::duplicate_origin(&text)),
            Ok(origin) => known.push(origin),
        }
    }
}

/// The state is a type with a name.
fn check_state(state: &Type, diags: &mut Diagnostics) {
    if !types::is_concrete(state) {
        let key = Key::State;
        diags.report(state, message::ill_typed_value(key.name(), key.expected(), key.example()));
    }
}

/// What is misspelt is wrong enough.
fn is_repeated(earlier: &RawArg, later: &RawArg) -> bool {
    let is_spelt_right = |arg: &RawArg| arg.ident.unraw() == arg.key.name();
    earlier.key == later.key && is_spelt_right(earlier) && is_spelt_right(later)
}

/// Without pings there are no pongs to wait for.
fn check_pong_timeout(args: &RawArgs, diags: &mut Diagnostics) {
    let pong_timeout = args.args.iter().find(|arg| arg.key == Key::PongTimeout);
    if let Some(arg) = pong_timeout
        && !args.has(Key::PingInterval)
    {
        diags.report(&arg.ident, message::pong_timeout_without_pings());
    }
}
