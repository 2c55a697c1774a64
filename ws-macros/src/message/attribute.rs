//! The arguments of the attributes `service` and `client`, and where our attributes stand.

use std::fmt::Display;

use ws_core::origin::InvalidOrigin;

use super::Lines as _;
use crate::marker::Marker;
use crate::suggest;

/// An attribute takes only the keys that it knows.
pub(crate) fn unknown_key(attribute: &str, key: &str, similar: Option<&str>, known: &[&str]) -> String {
    let text = format!("unknown `{attribute}` attribute `{key}`");
    match similar {
        Some(similar) => text.help(format_args!("an attribute with a similar name exists: `{similar}`")),
        None => text.note(format_args!("the attributes are {}", suggest::list(known.iter().copied()))),
    }
}

/// What looks like a path is meant to be one.
pub(crate) fn path_by_another_name(key: &str, example: &str) -> String {
    format!("unknown `service` attribute `{key}`").help(format_args!("the path is given as `{example}`"))
}

/// An argument of an attribute is `key = value`.
pub(crate) fn expected_key(attribute: &str, found: &impl Display, example: &str) -> String {
    format!("expected a `{attribute}` attribute, found `{found}`").help(format_args!("write `{example}`"))
}

/// Every key has a value.
pub(crate) fn key_without_value(key: &str, example: &str) -> String {
    format!("the `{key}` attribute must have a value").help(format_args!("write `{example}`"))
}

/// An `=` stands between a key and its value.
pub(crate) fn expected_equals(key: &str, found: &impl Display, example: &str) -> String {
    format!("expected `=` after `{key}`, found `{found}`").help(format_args!("write `{example}`"))
}

/// Arguments are separated by commas.
pub(crate) fn missing_comma(found: &impl Display) -> String {
    format!("expected `,` before `{found}`")
}

/// A key, and an attribute, is given once.
pub(crate) fn duplicate_attribute(name: &str) -> String {
    format!("the `{name}` attribute is specified more than once")
}

/// A service has a path.
pub(crate) fn missing_path() -> String {
    "the `service` attribute must have a `path`".to_owned().help("add `path = \"/chat\"`")
}

/// A value has the type of its key.
pub(crate) fn ill_typed_value(key: &str, expected: &str, example: &str) -> String {
    format!("`{key}` must be {expected}").help(format_args!("write `{example}`"))
}

/// A timeout is not negative; only the closure timeout has a value for ever.
///
/// Original: 121.
pub(crate) fn negative_seconds(key: &str, special_value: &str) -> String {
    format!("`{key}` must not be negative").help(special_value)
}

/// A literal is not larger than its setting can be.
pub(crate) fn value_too_large(key: &str, maximum: u64, unit: &str) -> String {
    format!("`{key}` must be at most {maximum} {unit}")
}

/// A size is at least one byte, and a peer has some time for its pong.
pub(crate) fn zero_value(key: &str) -> String {
    format!("`{key}` must be greater than zero")
}

/// Only a peer that is pinged can be late with its pong.
pub(crate) fn pong_timeout_without_pings() -> String {
    "`pong_timeout` requires a `ping_interval`".to_owned().help("add `ping_interval = 30`")
}

/// The dispatcher key and the stream id name fields.
pub(crate) fn empty_field_name(key: &str) -> String {
    format!("`{key}` must not be empty").help("write the name of a field of the messages")
}

/// Only dispatched requests have replies with a stream id.
///
/// Original: 120.
pub(crate) fn stream_id_without_dispatcher_key() -> String {
    "`dispatcher_stream_id` requires a `dispatcher_key`".to_owned().help("add `dispatcher_key = \"event\"`")
}

/// The field that names the method cannot tell requests of one method apart.
pub(crate) fn stream_id_is_dispatcher_key() -> String {
    "`dispatcher_stream_id` must not be the `dispatcher_key`"
        .to_owned()
        .help("write the name of the field that tells one request from another")
}

/// A subprotocol is a token of RFC 7230.
pub(crate) fn invalid_subprotocol(name: &str) -> String {
    format!("invalid subprotocol `{}`", name.escape_debug()).note(TOKEN)
}

/// A subprotocol stands once in the list.
pub(crate) fn duplicate_subprotocol(name: &str) -> String {
    format!("subprotocol `{name}` is listed twice")
}

/// An origin is a scheme, a host, and maybe a port.
pub(crate) fn invalid_origin(origin: &str, error: InvalidOrigin) -> String {
    format!("invalid origin `{}`", origin.escape_debug()).note(format!("it {}", error.requirement()))
}

/// An origin stands once in the list.
pub(crate) fn duplicate_origin(origin: &str) -> String {
    format!("origin `{}` is listed twice", origin.escape_debug())
}

/// The attributes `remote` and `upgrade` are for methods.
pub(crate) fn marker_on_non_method(marker: Marker) -> String {
    format!("the `{}` attribute is only valid on methods", marker.name())
}

/// The attribute `remote` is for methods of a service or a client, `upgrade` for those of a service.
pub(crate) fn stray_marker(marker: Marker) -> String {
    let blocks = if marker == Marker::Remote { "`service` or `client`" } else { "`service`" };
    format!("the `{}` attribute is only valid inside an `impl` block with the {blocks} attribute", marker.name())
}

/// The attributes of a service do not depend on the configuration: they are read before it is known.
pub(crate) fn marker_in_cfg_attr(marker: Marker) -> String {
    let text = format!("the `{}` attribute cannot be inside `cfg_attr`", marker.name());
    match marker {
        Marker::Remote => text.help("write two methods, and choose between them with `cfg`"),
        Marker::Upgrade => text.help("write `#[upgrade]`, and move the `cfg` into the body of the function"),
        Marker::Client | Marker::Header | Marker::Query | Marker::Service => text,
    }
}

/// Some attributes exclude each other.
pub(crate) fn attributes_exclude(later: Marker, earlier: Marker) -> String {
    format!("the `{}` attribute cannot be combined with `{}`", later.name(), earlier.name()).help("remove one of them")
}

/// Some attributes have no arguments.
pub(crate) fn takes_no_arguments(marker: Marker) -> String {
    let text = format!("the `{}` attribute takes no arguments", marker.name());
    match marker {
        Marker::Query => text.help("name the argument as the query parameter is named"),
        _ => text,
    }
}

/// The arguments of an attribute are in parentheses.
pub(crate) fn arguments_without_parentheses(marker: Marker, example: &str) -> String {
    format!("the arguments of the `{}` attribute must be in parentheses", marker.name())
        .help(format_args!("write `{example}`"))
}

/// `query` and `header` describe arguments of the upgrade function.
pub(crate) fn extractor_outside_upgrade(marker: Marker, unmarked: Option<&str>) -> String {
    let text = format!("the `{}` attribute is only valid on an argument of the `upgrade` function", marker.name());
    match unmarked {
        Some(function) => text.help(format_args!("add the `upgrade` attribute to `{function}`")),
        None => text,
    }
}

/// `header` names one header, or none.
pub(crate) fn ill_typed_header() -> String {
    "the `header` attribute takes one string literal".to_owned().help("write `#[header(\"x-api-key\")]`")
}

/// The name of a header is a token of RFC 7230.
pub(crate) fn invalid_header_name(name: &str) -> String {
    format!("invalid header name `{}`", name.escape_debug()).note(TOKEN)
}

const TOKEN: &str = "it must be a token of RFC 7230: letters, digits, and `!#$%&'*+-.^_|~`";
