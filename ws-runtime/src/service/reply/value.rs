//! Values that go out as they are.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use ws_core::close::CloseFrame;
use ws_core::opcode::Opcode;

use crate::caller::outbox::Outgoing;
use crate::message::Message;
use crate::prepared::Prepared;
use crate::service::reply::Target;

/// A value that goes out as it is.
pub trait Value {
    /// Queues the value.
    fn send(self, target: Target<'_>);
}

/// The payload of a pong.
pub trait PongValue {
    /// Returns the bytes, or `None` for no pong.
    fn payload(&self) -> Option<&[u8]>;
}

impl Value for () {
    fn send(self, _: Target<'_>) {}
}

impl Value for CloseFrame {
    fn send(self, target: Target<'_>) {
        target.caller.start_close(&self);
    }
}

impl Value for Message {
    fn send(self, target: Target<'_>) {
        match &self {
            Self::Text(text) => target.push_text(text),
            Self::Binary(data) => target.push(Outgoing::Payload(Opcode::Binary, data)),
        }
    }
}

impl Value for Prepared {
    fn send(self, target: Target<'_>) {
        target.push(Outgoing::Prepared(&self));
    }
}

impl Value for &Prepared {
    fn send(self, target: Target<'_>) {
        target.push(Outgoing::Prepared(self));
    }
}

macro_rules! impl_texts {
    ($($value:ty),*) => {$(
        impl Value for $value {
            #[inline]
            fn send(self, target: Target<'_>) {
                target.push_text(&self);
            }
        }
    )*};
}

macro_rules! impl_bytes {
    ($($value:ty),*) => {$(
        impl Value for $value {
            #[inline]
            fn send(self, target: Target<'_>) {
                target.push(Outgoing::Payload(Opcode::Binary, self.as_ref()));
            }
        }
    )*};
}

impl_texts!(&str, String, &String, Box<str>, Arc<str>, Cow<'_, str>);
impl_bytes!(&[u8], Vec<u8>, &Vec<u8>, Box<[u8]>, Bytes, &Bytes, Cow<'_, [u8]>);

impl<const N: usize> Value for [u8; N] {
    fn send(self, target: Target<'_>) {
        target.push(Outgoing::Payload(Opcode::Binary, &self));
    }
}

impl<const N: usize> Value for &[u8; N] {
    fn send(self, target: Target<'_>) {
        target.push(Outgoing::Payload(Opcode::Binary, self));
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
