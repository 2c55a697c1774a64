//! The text of every mistake, one function a rule.
//!
//! The first line says what is wrong and is complete on its own. At most one `help` says what to change, at most one `note` adds facts.
//! Rules that the original's compiler plugin has too name its code.

use std::fmt::{Display, Write as _};

use ws_core::path::TemplateError;

use crate::marker::Marker;
use crate::suggest;

// The arguments of the attributes.

/// An attribute takes only the keys that it knows.
pub(crate) fn unknown_key(attribute: &str, key: &str, similar: Option<&str>, known: &[&str]) -> String {
    let text = format!("unknown `{attribute}` attribute `{key}`");
    match (similar, known) {
        (Some(similar), _) => text.help(format_args!("an attribute with a similar name exists: `{similar}`")),
        (None, [only]) => text.note(format_args!("the only attribute is `{only}`")),
        (None, known) => text.note(format_args!("the attributes are {}", suggest::list(known.iter().copied()))),
    }
}

/// An argument of the `service` attribute is `key = value`.
pub(crate) fn expected_key(found: &impl Display) -> String {
    format!("expected a `service` attribute, found `{found}`").help("write `path = \"/chat\"`")
}

/// Every key has a value.
pub(crate) fn key_without_value(key: &str, example: &str) -> String {
    format!("the `{key}` attribute must have a value").help(format_args!("write `{example}`"))
}

/// Arguments are separated by commas.
pub(crate) fn missing_comma(found: &impl Display) -> String {
    format!("expected `,` before `{found}`")
}

/// A key, and an attribute of ours, stands once.
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

/// A time-out is not negative; only the closure time-out has a value for ever.
///
/// Original: 121.
pub(crate) fn negative_seconds(key: &str, special_value: &str) -> String {
    format!("`{key}` must not be negative").help(special_value)
}

/// A literal fits into the type of the setting.
pub(crate) fn value_too_large(key: &str, maximum: u64, unit: &str) -> String {
    format!("`{key}` must be at most {maximum} {unit}")
}

/// A size is at least one byte.
pub(crate) fn zero_size(key: &str) -> String {
    format!("`{key}` must be greater than zero")
}

/// The dispatcher key names a field.
pub(crate) fn empty_dispatcher_key() -> String {
    "`dispatcher_key` must not be empty".to_owned().help("write the name of a field of the messages")
}

/// A subprotocol is a token of RFC 7230.
pub(crate) fn invalid_subprotocol(name: &str) -> String {
    format!("invalid subprotocol `{}`", name.escape_debug()).note(TOKEN)
}

/// A subprotocol stands once in the list.
pub(crate) fn duplicate_subprotocol(name: &str) -> String {
    format!("subprotocol `{name}` is listed twice")
}

// The `impl` block.

/// Only an `impl` block can be a service.
pub(crate) fn not_an_impl() -> String {
    "the `service` attribute must be on an `impl` block"
        .to_owned()
        .help("put it on the `impl` block that has the callbacks")
}

/// The block of a service is an inherent one.
pub(crate) fn trait_impl(service: &str) -> String {
    "a service cannot be a trait implementation"
        .to_owned()
        .help(format_args!("put the callbacks into `impl {service}`"))
}

/// A service borrows nothing.
pub(crate) fn lifetime_of_service(lifetime: &impl Display) -> String {
    format!("a service cannot have the lifetime `{lifetime}`")
        .note("a service lives as long as its connection, so it must own what it holds")
}

/// A service has a callback.
///
/// Original: hint 107.
pub(crate) fn no_callback(service: &str, unmarked: Option<&str>) -> String {
    let text = format!("service `{service}` has no callback");
    match unmarked {
        Some(method) => text.help(format_args!("add the `remote` attribute to `{method}`")),
        None => text.help("add a method with the `remote` attribute, such as `async fn on_open(&mut self)`"),
    }
}

/// The markers of methods stand on methods.
pub(crate) fn marker_on_non_method(marker: Marker) -> String {
    format!("the `{}` attribute is only valid on methods", marker.name())
}

/// The markers of methods mean something in a service alone.
pub(crate) fn stray_marker(marker: Marker) -> String {
    format!("the `{}` attribute is only valid inside an `impl` block with the `service` attribute", marker.name())
}

/// A marker does not depend on the configuration: it is read before `cfg_attr` is.
pub(crate) fn marker_in_cfg_attr(marker: Marker) -> String {
    format!("the `{}` attribute cannot be inside `cfg_attr`", marker.name())
        .help("write two methods, and choose between them with `cfg`")
}

/// Some attributes exclude each other.
pub(crate) fn attributes_exclude(later: Marker, earlier: Marker) -> String {
    format!("the `{}` attribute cannot be combined with `{}`", later.name(), earlier.name())
}

/// Some attributes have no arguments.
pub(crate) fn takes_no_arguments(marker: Marker) -> String {
    format!("the `{}` attribute takes no arguments", marker.name())
}

/// The arguments of an attribute are in parentheses.
pub(crate) fn arguments_without_parentheses(marker: Marker, example: &str) -> String {
    format!("the arguments of the `{}` attribute must be in parentheses", marker.name())
        .help(format_args!("write `{example}`"))
}

// Signatures.

/// Callbacks and the upgrade function are neither `const`, nor `unsafe`, nor `extern`.
pub(crate) fn qualifier(noun: &str, name: &str, qualifier: &str) -> String {
    format!("{noun} `{name}` cannot be `{qualifier}`")
}

/// Nothing decides what a type parameter of a callback is.
pub(crate) fn type_parameter(noun: &str, name: &str, parameter: &str) -> String {
    format!("{noun} `{name}` cannot have the generic parameter `{parameter}`")
        .help("name the type that the argument has")
}

/// Nothing decides what an `impl Trait` argument of a callback is.
pub(crate) fn impl_trait_argument(noun: &str, name: &str) -> String {
    format!("{noun} `{name}` cannot have an argument of type `impl Trait`").help("name the type that the argument has")
}

/// A callback borrows the service.
pub(crate) fn receiver(name: &str) -> String {
    format!("callback `{name}` must take `&self` or `&mut self`")
}

/// A callback has no more arguments than its event.
///
/// Original: 204, 206, 208, 209, 212, and 215.
pub(crate) fn too_many_arguments(name: &str, most: usize, signature: &str) -> String {
    let count = match most {
        0 => "no arguments",
        1 => "at most one argument",
        2 => "at most two arguments",
        _ => "at most three arguments",
    };
    format!("`{name}` takes {count} after the receiver").signature(signature)
}

/// A callback takes what its event is about.
///
/// Original: 206, 207, 211, and 214.
pub(crate) fn missing_argument(name: &str, argument: &str, signature: &str) -> String {
    format!("`{name}` must take {argument}").signature(signature)
}

/// The caller is the first argument.
pub(crate) fn caller_not_first(name: &str, signature: &str) -> String {
    format!("the caller must be the first argument of `{name}`").signature(signature)
}

/// There is one caller.
pub(crate) fn caller_twice(name: &str) -> String {
    format!("`{name}` takes the caller twice")
}

/// What the connection owns is borrowed.
pub(crate) fn not_a_shared_reference(noun: &str, ty: &str) -> String {
    format!("the {noun} must be taken as `&{ty}`")
}

/// The status of `on_close` is before the reason.
///
/// Original: 202.
pub(crate) fn reason_before_status(name: &str, signature: &str) -> String {
    format!("the status must be before the reason in `{name}`").signature(signature)
}

// Names of callbacks.

/// A callback has one of the fixed names, unless messages are dispatched.
///
/// Original: 105.
pub(crate) fn unknown_callback(name: &str, similar: Option<&str>, known: &[&str]) -> String {
    let text = format!("unknown callback `{name}`");
    match similar {
        Some(similar) => text.help(format_args!("a callback with a similar name exists: `{similar}`")),
        None if name.starts_with("on_") => text
            .help("a dispatched method requires `dispatcher_key` in the `service` attribute")
            .note(format_args!("the callbacks are {}", suggest::list(known.iter().copied()))),
        None => text.note(format_args!("the callbacks are {}", suggest::list(known.iter().copied()))),
    }
}

/// The name of a dispatched method begins with `on_`, or it names the value that it is for.
pub(crate) fn dispatched_without_value(name: &str) -> String {
    format!("dispatched method `{name}` must begin with `on_` or have an `event`")
        .help(format_args!("write `#[remote(event = \"{name}\")]`"))
}

/// An error callback belongs to a method.
pub(crate) fn error_callback_without_method(name: &str, method: &str, similar: Option<&str>) -> String {
    let text = format!("error callback `{name}` has no method `{method}`");
    match similar {
        Some(similar) => text.help(format_args!("a method with a similar name exists: `{similar}`")),
        None => text.note(format_args!("it would be called when the payload of `{method}` is rejected")),
    }
}

/// The method of an error callback is a callback itself.
pub(crate) fn error_callback_of_ordinary_method(name: &str, method: &str) -> String {
    format!("error callback `{name}` belongs to `{method}`, which is no callback")
        .help(format_args!("add the `remote` attribute to `{method}`"))
}

/// Only methods that receive messages have an error callback.
pub(crate) fn error_callback_without_payload(name: &str, method: &str) -> String {
    format!("`{name}` would never be called: `{method}` receives no messages")
        .help("write `on_error` for the errors of all callbacks")
}

// Dispatching.

/// A value can be given only where messages are dispatched.
pub(crate) fn event_without_dispatcher_key() -> String {
    "`event` requires `dispatcher_key`".to_owned().help("add `dispatcher_key = \"event\"` to the `service` attribute")
}

/// Only dispatched methods have a value.
///
/// Original: 219.
pub(crate) fn event_on_callback(name: &str) -> String {
    format!("`{name}` cannot have an `event`: it is no dispatched method")
}

/// A value has one method, by its `event` or by its name.
///
/// Original: 217 and 218.
pub(crate) fn value_handled_twice(value: &str, method: &str) -> String {
    format!("dispatcher value `{}` is already handled by `{method}`", value.escape_debug())
}

/// Some value of the dispatcher key leads to a dispatched method.
pub(crate) fn unreachable_method(name: &str, reachable: Option<&str>) -> String {
    let text = format!("no dispatcher value leads to `{name}`");
    match reachable {
        Some(reachable) => text.help(format_args!("rename it to `{reachable}`")),
        None => text.help("write `#[remote(event = \"…\")]`"),
    }
}

/// One message has one callback.
///
/// Original: 216.
pub(crate) fn excluded_callback(later: &str, earlier: &str, what: &str) -> String {
    format!("`{later}` cannot be combined with `{earlier}`")
        .note(format_args!("`on_message` already receives {what} messages"))
}

// The path and the upgrade function.

/// A path follows the rules of path templates.
pub(crate) fn invalid_path(path: &str, error: &TemplateError<'_>) -> String {
    let text = match error {
        TemplateError::NoLeadingSlash => error.to_string(),
        error => format!("{error} in `{}`", path.escape_debug()),
    };
    match error {
        TemplateError::EmptySegment => text.help("remove the slash that nothing follows"),
        TemplateError::InvalidCharacter('?') => {
            text.help("a query parameter is an argument with the `query` attribute")
        }
        TemplateError::InvalidCharacter('%') => text.help("write the character itself, requests are decoded first"),
        TemplateError::DuplicateParameter(_) | TemplateError::InvalidCharacter(_) => text,
        TemplateError::InvalidName(_) => text.help("the name must be an identifier, the name of an argument"),
        TemplateError::NoLeadingSlash => text.help(format_args!("write `/{}`", path.escape_debug())),
        TemplateError::PartialParameter(_) => {
            text.help("write `/<name>` for one segment, `/<name..>` for all that are left")
        }
        TemplateError::RestNotLast(name) => text.help(format_args!("write `<{name}>` for one segment")),
    }
}

/// A service has one upgrade function.
///
/// Original: 101.
pub(crate) fn second_upgrade(first: &str) -> String {
    format!("the service already has the `upgrade` function `{first}`")
}

/// The upgrade function makes the service, so there is none that it could take.
pub(crate) fn upgrade_with_receiver(name: &str) -> String {
    format!("the `upgrade` function `{name}` cannot take `self`").note("it makes the service of a new connection")
}

/// The upgrade function returns the service.
///
/// Original: 104.
pub(crate) fn upgrade_without_service(name: &str) -> String {
    format!("the `upgrade` function `{name}` must return the service")
        .help("add `-> Self` or `-> Result<Self, UpgradeError>`")
}

/// The upgrade function exists in every configuration.
pub(crate) fn upgrade_with_cfg(name: &str) -> String {
    format!("the `upgrade` function `{name}` cannot have a `cfg` attribute").help("move the `cfg` into its body")
}

/// A path parameter is an argument of the upgrade function.
///
/// Original: 102 and 103.
pub(crate) fn parameter_without_argument(parameter: &str, function: &str) -> String {
    format!("path parameter `<{parameter}>` has no matching argument in `{function}`")
        .help(format_args!("add the argument `{parameter}: String` to the `upgrade` function"))
}

/// Only an upgrade function can take path parameters.
pub(crate) fn parameter_without_upgrade(parameter: &str) -> String {
    format!("path parameter `<{parameter}>` requires an `upgrade` function")
        .help(format_args!("add `#[upgrade] fn connect({parameter}: String) -> Self`"))
}

/// An argument of the upgrade function without a role is a path parameter.
///
/// Original: 102 and 103.
pub(crate) fn argument_without_parameter(
    argument: &str,
    function: &str,
    path: &str,
    similar: Option<&str>,
    declared: &[&str],
) -> String {
    let text = format!("argument `{argument}` of `{function}` does not match a path parameter");
    match (similar, declared) {
        (Some(similar), _) => text.help(format_args!("a path parameter with a similar name exists: `{similar}`")),
        (None, []) => text
            .help(format_args!("add `<{argument}>` to the path, or the `query` attribute to the argument"))
            .note(format_args!("the path `{path}` declares no parameters")),
        (None, declared) => {
            text.note(format_args!("the path `{path}` declares {}", suggest::list(declared.iter().copied())))
        }
    }
}

/// Arguments that come from the request are found by their names.
pub(crate) fn argument_without_name(function: &str) -> String {
    format!("every argument of the `upgrade` function `{function}` must have a name")
        .note("path and query parameters are found by the names of the arguments")
}

/// A reference is the state, so there must be one.
pub(crate) fn reference_without_state(argument: &str, function: &str, ty: &str) -> String {
    format!("argument `{argument}` of `{function}` is a reference, but the service has no state")
        .help(format_args!("add `state = {ty}` to the `service` attribute"))
}

/// There is one state.
pub(crate) fn state_twice(argument: &str, function: &str) -> String {
    format!("the state is already the argument `{argument}` of `{function}`")
}

/// There is no caller before the connection is open.
pub(crate) fn caller_in_upgrade(function: &str) -> String {
    format!("the `upgrade` function `{function}` cannot take the caller").help("take it in `on_open`")
}

/// `query` and `header` describe arguments of the upgrade function.
pub(crate) fn extractor_outside_upgrade(marker: Marker) -> String {
    format!("the `{}` attribute is only valid on an argument of the `upgrade` function", marker.name())
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

/// The lines after the first.
trait Lines: Sized {
    fn help(self, help: impl Display) -> String;
    fn note(self, note: impl Display) -> String;

    fn signature(self, signature: &str) -> String {
        self.help(format_args!("the expected signature is `{signature}`"))
    }
}

impl Lines for String {
    fn help(mut self, help: impl Display) -> String {
        let _ = write!(self, "\n= help: {help}");
        self
    }

    fn note(mut self, note: impl Display) -> String {
        let _ = write!(self, "\n= note: {note}");
        self
    }
}
