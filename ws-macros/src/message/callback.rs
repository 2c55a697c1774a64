//! The names of callbacks, and the messages that lead to them.

use ws_core::callback::Callback;
use ws_core::scope;

use super::Lines as _;
use crate::side::Side;
use crate::suggest;

/// A callback has one of the fixed names, unless messages are dispatched.
///
/// Original: 105.
pub(crate) fn unknown_callback(side: Side, name: &str, similar: Option<&str>) -> String {
    let text = format!("unknown callback `{name}`");
    if let Some(similar) = similar {
        return text.help(format_args!("a callback with a similar name exists: `{similar}`"));
    }
    let text = if name.starts_with("on_") {
        text.help(format_args!("a dispatched method requires `dispatcher_key` in the `{side}` attribute"))
    } else {
        text
    };
    text.note(format_args!("the callbacks are {}", suggest::list(Callback::ALL.map(Callback::name))))
}

/// A callback has the name that it has here, not the one that it has elsewhere.
///
/// Original: 105.
pub(crate) fn callback_of_another_name(name: &str, callback: &str) -> String {
    format!("unknown callback `{name}`").help(format_args!("the callback for this is `{callback}`"))
}

/// The name of a dispatched method begins with `on_`, or it names the value that it is for.
pub(crate) fn dispatched_without_value(name: &str) -> String {
    format!("dispatched method `{name}` must begin with `on_` or have an `event`")
        .help(format_args!("write `#[remote(event = \"{name}\")]`"))
}

/// A method that is dispatched by its name is not a misspelt callback.
///
/// Original: 105.
pub(crate) fn misspelt_callback(name: &str, similar: &str, event: &str) -> String {
    format!("dispatched method `{name}` is spelt almost like the callback `{similar}`")
        .help(format_args!("rename it to `{similar}`, or write `#[remote(event = \"{event}\")]`"))
}

/// No message reaches a fixed callback, so it takes no payload.
pub(crate) fn payload_of_callback(name: &str, event: &str) -> String {
    format!("`{name}` cannot take a payload: no message reaches it")
        .help(format_args!("give the method another name, and write `#[remote(event = \"{event}\")]`"))
}

/// A callback for a timeout needs the timeout.
pub(crate) fn callback_without_timeout(side: Side, name: &str) -> String {
    format!("`{name}` would never be called: the {side} has no `idle_timeout`")
        .help(format_args!("add `idle_timeout = 30` to the `{side}` attribute"))
}

/// A method takes the same arguments in every configuration.
pub(crate) fn argument_with_cfg(name: &str) -> String {
    format!("an argument of `{name}` cannot have a `cfg` attribute")
        .help("take it always, or write two methods and choose between them with `cfg`")
}

/// What decides whether a callback exists is read before `cfg_attr` is.
pub(crate) fn cfg_in_cfg_attr(name: &str) -> String {
    format!("`{name}` cannot have a `cfg` inside `cfg_attr`").help("write `#[cfg(any(not(…), …))]`")
}

/// A stream runs on when its callback has ended.
pub(crate) fn borrowing_stream(parameters: &str) -> String {
    "a streamed reply cannot borrow from `self` or the payload: it runs on when the callback has ended"
        .to_owned()
        .help(format_args!("add `+ use<{parameters}>`, and move what the stream needs into it"))
}

/// A boxed stream runs on too.
pub(crate) fn borrowing_boxed_stream() -> String {
    "a streamed reply cannot borrow from `self` or the payload: it runs on when the callback has ended"
        .to_owned()
        .help("write `'static`, and move what the stream needs into it")
}

/// An error callback belongs to a method.
pub(crate) fn error_callback_without_method(name: &str, method: &str, similar: Option<&str>) -> String {
    let text = format!("error callback `{name}` has no method `{method}`");
    match similar {
        Some(similar) => text.help(format_args!("a method with a similar name exists: `{similar}`")),
        None => text
            .help(format_args!("add the callback `{method}`, or write `on_error` for the errors of all callbacks"))
            .note(format_args!("it would be called when the payload of `{method}` is rejected")),
    }
}

/// The method of an error callback is a callback itself.
pub(crate) fn error_callback_of_ordinary_method(name: &str, method: &str) -> String {
    format!("error callback `{name}` belongs to `{method}`, which is not a callback")
        .help(format_args!("add the `remote` attribute to `{method}`"))
}

/// Only methods that receive messages have an error callback.
pub(crate) fn error_callback_without_payload(name: &str, method: &str) -> String {
    format!("`{name}` would never be called: `{method}` receives no messages")
        .help("write `on_error` for the errors of all callbacks")
}

/// A value can be given only where messages are dispatched.
pub(crate) fn event_without_dispatcher_key(side: Side) -> String {
    "`event` requires `dispatcher_key`"
        .to_owned()
        .help(format_args!("add `dispatcher_key = \"event\"` to the `{side}` attribute"))
}

/// Only dispatched methods have a value.
///
/// Original: 219.
pub(crate) fn event_on_callback(name: &str) -> String {
    format!("`{name}` cannot have an `event`: it is not a dispatched method")
}

/// Only methods that receive messages ask for scopes: who may connect at all is said by the rules.
pub(crate) fn scopes_on_callback(name: &str) -> String {
    format!("`{name}` cannot ask for `scopes`: it receives no messages")
        .help("say who may connect with `auth` in the `service` attribute")
}

/// A method that asks for scopes names one at least.
pub(crate) fn empty_scopes() -> String {
    "`scopes` must not be empty".to_owned().help("leave it out, so that whoever is connected may call the method")
}

/// A scope is a word of RFC 6749.
pub(crate) fn invalid_scope(scope: &str) -> String {
    format!("invalid scope `{}`", scope.escape_debug()).note(format_args!("it must be {}", scope::REQUIREMENT))
}

/// A scope stands once in the list.
pub(crate) fn duplicate_scope(scope: &str) -> String {
    format!("scope `{scope}` is listed twice")
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
