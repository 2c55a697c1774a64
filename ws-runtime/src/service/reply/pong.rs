//! What `on_ping` answers with.

use std::borrow::Cow;

use bytes::Bytes;
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::shared::{Admission, Refusal};
use crate::error::{BoxError, Error};
use crate::service::{Failure, Handled, Outcome};

/// What `on_ping` can return: nothing, the bytes of the pong, or an `Option` or `Result` of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a pong",
    label = "not the payload of a pong",
    note = "return nothing, a byte type, or an `Option` or `Result` of these; the error of a `Result` is anything that is \
            `Into<Box<dyn Error + Send + Sync>>`"
)]
pub trait PongReply {
    #[doc(hidden)]
    fn send(self, caller: &Caller) -> Outcome;
}

/// The payload of a pong.
pub trait PongValue {
    /// Returns the bytes, or `None` for no pong.
    fn payload(&self) -> Option<&[u8]>;
}

// `do_not_recommend` on each: an error says what the trait says, and lists nothing of ours.
#[diagnostic::do_not_recommend]
impl<V: PongValue> PongReply for V {
    fn send(self, caller: &Caller) -> Outcome {
        let sent = self.payload().map(|payload| caller.shared().push_payload(Opcode::Pong, payload, Admission::Always));
        match sent {
            Some(Err(refusal @ Refusal::TooLong { .. })) => Err(Failure::from(Error::from(refusal))),
            _ => Ok(Handled::Done),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<V: PongValue> PongReply for Option<V> {
    fn send(self, caller: &Caller) -> Outcome {
        self.map_or(Ok(Handled::Done), |value| value.send(caller))
    }
}

#[diagnostic::do_not_recommend]
impl<V: PongValue, E: Into<BoxError>> PongReply for Result<V, E> {
    fn send(self, caller: &Caller) -> Outcome {
        self.map_err(|error| Failure::callback(error.into()))?.send(caller)
    }
}

#[diagnostic::do_not_recommend]
impl<V: PongValue, E: Into<BoxError>> PongReply for Result<Option<V>, E> {
    fn send(self, caller: &Caller) -> Outcome {
        self.map_err(|error| Failure::callback(error.into()))?.send(caller)
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
