//! The `impl` block and the signatures of its methods.

use std::fmt::Display;

use super::Lines as _;
use crate::side::Side;

/// Only an `impl` block can be a service.
pub(crate) fn not_an_impl(side: Side) -> String {
    format!("the `{side}` attribute must be on an `impl` block")
        .help("put it on the `impl` block that has the callbacks")
}

/// The block of a service is an inherent one.
pub(crate) fn trait_impl(side: Side, ty: &str) -> String {
    format!("a {side} cannot be a trait implementation").help(format_args!("put the callbacks into `impl {ty}`"))
}

/// A service is a type of its own.
pub(crate) fn service_of_another_kind(side: Side) -> String {
    format!("a {side} must be a struct, an enum, or a union")
        .help("put the callbacks into the `impl` block of a type of your own")
}

/// A service borrows nothing.
pub(crate) fn lifetime_of_service(side: Side, lifetime: &impl Display) -> String {
    format!("a {side} cannot have the lifetime `{lifetime}`").note(match side {
        Side::Client => "a client outlives its connection, so it must own what it holds",
        Side::Service => "a service lives as long as its connection, so it must own what it holds",
    })
}

/// A service has a callback.
///
/// Original: hint 107.
pub(crate) fn no_callback(side: Side, ty: &str, unmarked: Option<&str>) -> String {
    let text = format!("{side} `{ty}` has no callback");
    match unmarked {
        Some(method) => text.help(format_args!("add the `remote` attribute to `{method}`")),
        None => text.help("add a method with the `remote` attribute, such as `async fn on_open(&mut self)`"),
    }
}

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

/// What a method asks for is asked of the whole block.
pub(crate) fn where_clause(noun: &str, name: &str) -> String {
    format!("{noun} `{name}` cannot have a `where` clause on types").help("move it to the `impl` block")
}

/// What an argument refers to lives as long as the call.
pub(crate) fn static_argument(noun: &str, name: &str) -> String {
    format!("{noun} `{name}` cannot borrow an argument for `'static`")
        .help("leave the lifetime out")
        .note("what is lent to a call lives as long as the call")
}

/// A callback borrows the service.
pub(crate) fn receiver(name: &str, signature: Option<&str>) -> String {
    let text = format!("callback `{name}` must take `&self` or `&mut self`");
    match signature {
        Some(signature) => text.signature(signature),
        None => text,
    }
}

/// A callback borrows the service for the time of the call.
pub(crate) fn static_receiver(name: &str) -> String {
    format!("callback `{name}` cannot borrow `self` for `'static`").help("leave the lifetime out")
}

/// A callback ends, and so does the upgrade function.
pub(crate) fn never_returns(noun: &str, name: &str) -> String {
    format!("{noun} `{name}` cannot return `!`").note("nothing else would happen on its connection")
}

/// A function returns what is meant, not a future of it.
pub(crate) fn returned_future(noun: &str, name: &str) -> String {
    format!("{noun} `{name}` cannot return a future").help("make it an `async fn`, and return what the future yields")
}

/// A callback has no more arguments than its event.
///
/// Original: 204, 206, 208, 209, 210, 212, and 215.
pub(crate) fn too_many_arguments(name: &str, most: usize, signature: &str) -> String {
    let count = match most {
        1 => "at most one argument",
        2 => "at most two arguments",
        _ => "at most three arguments",
    };
    format!("`{name}` takes {count} after the receiver").signature(signature)
}

/// A callback takes what its event is about.
///
/// Original: 108, 207, 211, and 214.
pub(crate) fn missing_argument(name: &str, argument: &str, signature: &str) -> String {
    format!("`{name}` must take {argument}").signature(signature)
}

/// The caller is the first argument.
pub(crate) fn caller_not_first(name: &str, signature: &str) -> String {
    format!("the caller must be the first argument of `{name}`").signature(signature)
}

/// A connection has one caller.
pub(crate) fn caller_twice(name: &str) -> String {
    format!("`{name}` takes the caller twice").help("remove one of the arguments")
}

/// The caller, the request, the error, and the state are borrowed.
pub(crate) fn not_a_shared_reference(noun: &str, ty: &str) -> String {
    format!("the {noun} must be taken as `&{ty}`")
}

/// The status of `on_close` is before the reason.
pub(crate) fn reason_before_status(name: &str, signature: &str) -> String {
    format!("the status must be before the reason in `{name}`").signature(signature)
}
