//! From the value that a callback returns to what goes out.
//!
//! Nothing is wrapped and nothing is boxed: `reply!(caller, value)` unpacks a `Result`, then an `Option`, then sends what is
//! left, each stage chosen by auto-ref from the type of the value. A type that no stage fits falls through to the last one,
//! in silence: the assertion on [`Reply`] is the one error that the user sees.

use std::borrow::Cow;

use bytes::Bytes;
use ws_core::close::CloseFrame;
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::outbox::Outgoing;
use crate::caller::shared::{Admission, Refusal};
use crate::error::{BoxError, Error};
use crate::kind::Kind;
use crate::message::Message;
use crate::prepared::Prepared;
use crate::service::{Failure, Handled, Outcome};

/// A value that goes out as it is.
#[doc(hidden)]
pub trait Value {
    /// Queues the value.
    fn send(self, caller: &Caller);
}

/// What a callback can return: nothing, text, bytes, a [`Message`], a [`Prepared`], a [`CloseFrame`], an `Option` of these, or a `Result` of
/// any of these.
///
/// `()` and `None` send nothing, a [`CloseFrame`] starts the closing handshake, everything else is a message. The error of a
/// `Result` is anything that is `Into<Box<dyn Error + Send + Sync>>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a reply",
    label = "not a reply",
    note = "return nothing, a text or byte type, `Message`, `CloseFrame`, or an `Option` or `Result` of these"
)]
pub trait Reply {
    #[doc(hidden)]
    const CHECK: () = ();
}

/// What `on_ping` can return: nothing, or the bytes of the pong.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a pong",
    label = "not the payload of a pong",
    note = "return nothing, a byte type, or an `Option` or `Result` of these"
)]
pub trait PongReply {
    #[doc(hidden)]
    const CHECK: () = ();
}

/// What `on_close` can return: nothing, or a `Result` of nothing.
#[diagnostic::on_unimplemented(
    message = "`on_close` cannot return `{Self}`",
    label = "nothing can be sent any more",
    note = "return nothing or `Result<(), E>`: the connection is over when `on_close` runs"
)]
pub trait NoReply {
    #[doc(hidden)]
    const CHECK: () = ();
}

/// The payload of a pong.
#[doc(hidden)]
pub trait PongValue {
    /// Returns the bytes, or `None` for no pong.
    fn payload(&self) -> Option<&[u8]>;
}

// `do_not_recommend` on each: an error says what the trait says, and lists nothing of ours.
#[diagnostic::do_not_recommend]
impl<V: Value> Reply for V {}
#[diagnostic::do_not_recommend]
impl<V: Value> Reply for Option<V> {}
#[diagnostic::do_not_recommend]
impl<V: Value, E: Into<BoxError>> Reply for Result<V, E> {}
#[diagnostic::do_not_recommend]
impl<V: Value, E: Into<BoxError>> Reply for Result<Option<V>, E> {}

#[diagnostic::do_not_recommend]
impl<V: PongValue> PongReply for V {}
#[diagnostic::do_not_recommend]
impl<V: PongValue> PongReply for Option<V> {}
#[diagnostic::do_not_recommend]
impl<V: PongValue, E: Into<BoxError>> PongReply for Result<V, E> {}
#[diagnostic::do_not_recommend]
impl<V: PongValue, E: Into<BoxError>> PongReply for Result<Option<V>, E> {}

#[diagnostic::do_not_recommend]
impl NoReply for () {}
#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> NoReply for Result<(), E> {}

impl Value for () {
    fn send(self, _: &Caller) {}
}

impl Value for CloseFrame {
    fn send(self, caller: &Caller) {
        caller.start_close(&self);
    }
}

impl Value for Message {
    fn send(self, caller: &Caller) {
        push(caller, self.opcode(), self.as_bytes());
    }
}

impl Value for Prepared {
    fn send(self, caller: &Caller) {
        push_outgoing(caller, Outgoing::Prepared(&self));
    }
}

impl Value for &Prepared {
    fn send(self, caller: &Caller) {
        push_outgoing(caller, Outgoing::Prepared(self));
    }
}

macro_rules! impl_values {
    ($opcode:ident, $bytes:ident: $($value:ty),*) => {$(
        impl Value for $value {
            fn send(self, caller: &Caller) {
                push(caller, Opcode::$opcode, self.$bytes());
            }
        }
    )*};
}

impl_values!(Text, as_bytes: &str, String, &String, Box<str>, Cow<'_, str>);
impl_values!(Binary, as_ref: &[u8], Vec<u8>, &Vec<u8>, Box<[u8]>, Bytes, &Bytes, Cow<'_, [u8]>);

impl<const N: usize> Value for [u8; N] {
    fn send(self, caller: &Caller) {
        push(caller, Opcode::Binary, &self);
    }
}

impl<const N: usize> Value for &[u8; N] {
    fn send(self, caller: &Caller) {
        push(caller, Opcode::Binary, self);
    }
}

impl PongValue for () {
    fn payload(&self) -> Option<&[u8]> {
        None
    }
}

macro_rules! impl_pongs {
    ($($value:ty),*) => {$(
        impl PongValue for $value {
            fn payload(&self) -> Option<&[u8]> {
                Some(self.as_ref())
            }
        }
    )*};
}

impl_pongs!(&[u8], Vec<u8>, &Vec<u8>, Box<[u8]>, Bytes, &Bytes);

impl PongValue for Cow<'_, [u8]> {
    fn payload(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl<const N: usize> PongValue for &[u8; N] {
    fn payload(&self) -> Option<&[u8]> {
        Some(*self)
    }
}

impl<const N: usize> PongValue for [u8; N] {
    fn payload(&self) -> Option<&[u8]> {
        Some(self)
    }
}

#[inline]
fn push(caller: &Caller, opcode: Opcode, payload: &[u8]) {
    push_outgoing(caller, Outgoing::Payload(opcode, payload));
}

#[inline]
fn push_outgoing(caller: &Caller, outgoing: Outgoing<'_>) {
    if caller.shared().push(outgoing, Admission::Always).is_err() {
        tracing::debug!(connection = %caller.connection_id(), "a reply was dropped: the connection is closing");
    }
}

/// First stage: a `Result` is unpacked.
pub trait UnpackResult<R, E> {
    /// Turns the user's error into a failure.
    ///
    /// # Errors
    /// The user's error.
    fn unpack(&self, value: Result<R, E>) -> Result<R, Failure>;
}

impl<R, E: Into<BoxError>> UnpackResult<R, E> for &Kind<Result<R, E>> {
    fn unpack(&self, value: Result<R, E>) -> Result<R, Failure> {
        value.map_err(|error| Failure::Callback(error.into()))
    }
}

/// First stage: anything else has not failed.
pub trait KeepValue<T> {
    /// Keeps the value.
    ///
    /// # Errors
    /// None.
    fn unpack(&self, value: T) -> Result<T, Failure>;
}

impl<T> KeepValue<T> for Kind<T> {
    fn unpack(&self, value: T) -> Result<T, Failure> {
        Ok(value)
    }
}

/// Second stage: an `Option` is what it is.
pub trait KeepOption<T> {
    /// Keeps the option.
    fn option(&self, value: Option<T>) -> Option<T>;
}

impl<T> KeepOption<T> for &Kind<Option<T>> {
    fn option(&self, value: Option<T>) -> Option<T> {
        value
    }
}

/// Second stage: anything else is there.
pub trait WrapOption<T> {
    /// Wraps the value.
    fn option(&self, value: T) -> Option<T>;
}

impl<T> WrapOption<T> for Kind<T> {
    fn option(&self, value: T) -> Option<T> {
        Some(value)
    }
}

/// Third stage: a raw value is sent.
pub trait SendValue<T> {
    /// Queues the value.
    fn send(&self, caller: &Caller, value: T);
}

impl<T: Value> SendValue<T> for &Kind<T> {
    fn send(&self, caller: &Caller, value: T) {
        value.send(caller);
    }
}

/// Third stage: the payload of a pong is sent.
pub trait SendPong<T> {
    /// Queues the pong.
    ///
    /// # Errors
    /// Over 125 bytes.
    fn pong(&self, caller: &Caller, value: T) -> Outcome;
}

impl<T: PongValue> SendPong<T> for &Kind<T> {
    fn pong(&self, caller: &Caller, value: T) -> Outcome {
        let sent =
            value.payload().map(|payload| caller.shared().push_payload(Opcode::Pong, payload, Admission::Always));
        match sent {
            Some(Err(refusal @ Refusal::TooLong { .. })) => Err(Failure::Callback(Error::from(refusal).into())),
            _ => Ok(Handled::Done),
        }
    }
}

/// Last stage: a value that cannot be sent. The assertion on the type has stopped the build.
pub trait Unfit<T> {
    /// Is never run.
    fn send(&self, caller: &Caller, value: T);
    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn pong(&self, caller: &Caller, value: T) -> Outcome;
}

impl<T> Unfit<T> for Kind<T> {
    fn send(&self, _: &Caller, _: T) {
        unreachable!("a type that is no reply does not compile")
    }

    fn pong(&self, _: &Caller, _: T) -> Outcome {
        unreachable!("a type that is no pong does not compile")
    }
}

/// Sends what a callback returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __reply {
    ($caller:expr, $value:expr) => {{
        use $crate::__private::{
            Handled, KeepOption as _, KeepValue as _, Kind, SendValue as _, UnfitReply as _, UnpackResult as _,
            WrapOption as _,
        };
        let value = $value;
        match (&&Kind::of(&value)).unpack(value) {
            $crate::__private::Ok(value) => {
                if let $crate::__private::Some(value) = (&&Kind::of(&value)).option(value) {
                    (&&Kind::of(&value)).send($caller, value);
                }
                $crate::__private::Ok(Handled::Done)
            }
            $crate::__private::Err(failure) => $crate::__private::Err(failure),
        }
    }};
}

/// Sends what `on_ping` returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __pong {
    ($caller:expr, $value:expr) => {{
        use $crate::__private::{
            Handled, KeepOption as _, KeepValue as _, Kind, SendPong as _, UnfitReply as _, UnpackResult as _,
            WrapOption as _,
        };
        let value = $value;
        match (&&Kind::of(&value)).unpack(value) {
            $crate::__private::Ok(value) => match (&&Kind::of(&value)).option(value) {
                $crate::__private::Some(value) => (&&Kind::of(&value)).pong($caller, value),
                $crate::__private::None => $crate::__private::Ok(Handled::Done),
            },
            $crate::__private::Err(failure) => $crate::__private::Err(failure),
        }
    }};
}

/// Takes what `on_close` returned: nothing, or an error.
#[doc(hidden)]
#[macro_export]
macro_rules! __ended {
    ($value:expr) => {{
        use $crate::__private::{Handled, KeepValue as _, Kind, UnpackResult as _};
        let value = $value;
        match (&&Kind::of(&value)).unpack(value) {
            $crate::__private::Ok(_) => $crate::__private::Ok(Handled::Done),
            $crate::__private::Err(failure) => $crate::__private::Err(failure),
        }
    }};
}
