//! The stages of a reply: `Result`, `Option`, and what is sent, each chosen by auto-ref.

use futures_core::Stream;
use serde::Serialize;
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::shared::{Admission, Refusal};
use crate::error::{BoxError, Error};
use crate::kind::Kind;
use crate::service::reply::{Feed, PongValue, Reply, Target, Value};
use crate::service::{Failure, Handled, Outcome};

/// What sends an element of a stream.
pub(super) type Each<T> = fn(Target<'_>, T) -> Outcome;

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
        value.map_err(|error| Failure::callback(error.into()))
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

/// Third stage: a raw value is sent as it is.
pub trait SendValue<T> {
    /// Queues the value.
    ///
    /// # Errors
    /// None.
    fn send(&self, target: Target<'_>, value: T, each: Each<()>) -> Outcome;

    /// Queues an element of a stream.
    ///
    /// # Errors
    /// None.
    fn send_element(&self, target: Target<'_>, element: T) -> Outcome;
}

impl<T: Value> SendValue<T> for &&&&Kind<T> {
    #[inline]
    fn send(&self, target: Target<'_>, value: T, _: Each<()>) -> Outcome {
        value.send(target);
        Ok(Handled::Done)
    }

    fn send_element(&self, target: Target<'_>, element: T) -> Outcome {
        element.send(target);
        Ok(Handled::Done)
    }
}

/// Third stage: the elements of a stream are sent as they come.
pub trait SendStream<S: Stream> {
    /// Hands the stream to its connection.
    ///
    /// # Errors
    /// None.
    fn send(&self, target: Target<'_>, stream: S, each: Each<S::Item>) -> Outcome
    where
        S: Send + 'static;
}

impl<S: Stream> SendStream<S> for &&&Kind<S> {
    fn send(&self, target: Target<'_>, stream: S, each: Each<S::Item>) -> Outcome
    where
        S: Send + 'static,
    {
        Ok(Handled::Streaming(Feed::new(target, stream, each)))
    }
}

/// Third stage: anything else goes out as JSON.
pub trait SendJson<T> {
    /// Queues the value.
    ///
    /// # Errors
    /// When the value cannot be JSON.
    fn send(&self, target: Target<'_>, value: T, each: Each<()>) -> Outcome;

    /// Queues an element of a stream.
    ///
    /// # Errors
    /// When the element cannot be JSON.
    fn send_element(&self, target: Target<'_>, element: T) -> Outcome;
}

impl<T: Serialize> SendJson<T> for &Kind<T> {
    fn send(&self, target: Target<'_>, value: T, _: Each<()>) -> Outcome {
        target.push_json(&value)
    }

    fn send_element(&self, target: Target<'_>, element: T) -> Outcome {
        target.push_json(&element)
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
            Some(Err(refusal @ Refusal::TooLong { .. })) => Err(Failure::from(Error::from(refusal))),
            _ => Ok(Handled::Done),
        }
    }
}

/// Last stage: a value that cannot be sent. The bound on it is the error that the user sees; that of a pong is next to its type.
pub trait Unsendable<T> {
    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn send(&self, _: Target<'_>, _: T, _: Each<()>) -> Outcome
    where
        T: Reply,
    {
        unreachable!("a type that is no reply does not compile")
    }

    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn send_element(&self, _: Target<'_>, _: T) -> Outcome
    where
        T: Reply,
    {
        unreachable!("a type that is no reply does not compile")
    }

    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn pong(&self, _: &Caller, _: T) -> Outcome {
        unreachable!("a type that is no pong does not compile")
    }
}

impl<T> Unsendable<T> for Kind<T> {}

// What is left of a `Result` or an `Option`: before the stage of JSON, which would tell the peer what is none of its business.
impl<T> Unsendable<Option<T>> for &&Kind<Option<T>> {}
impl<R, E> Unsendable<Result<R, E>> for &&Kind<Result<R, E>> {}
