//! Arguments that are given as they are, so that their types are fixed.
//!
//! The macro names the user's type, `<Status as FromStatus>::of(status)`, and the compiler says what is wrong with it, at that type.

use ws_core::close::CloseCode;

use crate::error::Error;

/// The error that an error callback takes: `&Error`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the error that a callback takes",
    label = "not `&websocket::Error`",
    note = "take the error as `&websocket::Error`: it names what failed, the error of a callback is its source"
)]
pub trait FromError<'a> {
    #[doc(hidden)]
    fn of(error: &'a Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<'a> FromError<'a> for &'a Error {
    fn of(error: &'a Error) -> Self {
        error
    }
}

/// The reason that `on_close` takes: `&str`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the reason that `on_close` takes",
    label = "not `&str`",
    note = "take the reason as `&str`"
)]
pub trait FromReason<'a> {
    #[doc(hidden)]
    fn of(reason: &'a str) -> Self;
}

/// The type of a reason.
pub trait Reason<'a> {
    /// Is what it is.
    fn from_reason(reason: &'a str) -> Self;
}

impl<'a> Reason<'a> for &'a str {
    fn from_reason(reason: &'a str) -> Self {
        reason
    }
}

// By way of another trait: an error does not list what is ours.
#[diagnostic::do_not_recommend]
impl<'a, T: Reason<'a>> FromReason<'a> for T {
    fn of(reason: &'a str) -> Self {
        T::from_reason(reason)
    }
}

/// The status that `on_close` takes: [`CloseCode`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the status that `on_close` takes",
    label = "not `websocket::CloseCode`",
    note = "take the status as `websocket::CloseCode`, the reason behind it as `&str`"
)]
pub trait FromStatus {
    #[doc(hidden)]
    fn of(status: CloseCode) -> Self;
}

#[diagnostic::do_not_recommend]
impl FromStatus for CloseCode {
    fn of(status: CloseCode) -> Self {
        status
    }
}

/// The state that the upgrade function takes: a reference to the service's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the state of the service",
    label = "not `&{S}`",
    note = "the `service` attribute says `state = {S}`"
)]
pub trait FromState<'a, S> {
    #[doc(hidden)]
    fn of(state: &'a S) -> Self;
}

#[diagnostic::do_not_recommend]
impl<'a, S> FromState<'a, S> for &'a S {
    fn of(state: &'a S) -> Self {
        state
    }
}
