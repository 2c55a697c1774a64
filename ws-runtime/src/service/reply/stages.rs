//! The stages of a reply: `Result`, `Option`, and what is sent, each chosen by auto-ref.

use std::fmt;

use futures_core::Stream;
use serde::Serialize;

use crate::error::BoxError;
use crate::kind::Kind;
use crate::service::reply::{Feed, Reply, Target};
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

/// Third stage: what is a reply goes out as it is.
pub trait AsReply<T> {
    /// Keeps the value.
    fn reply(&self, value: T, each: Each<()>) -> T;
    /// Keeps the element of a stream.
    fn element(&self, element: T) -> T;
}

impl<T: Reply> AsReply<T> for &&&&Kind<T> {
    #[inline]
    fn reply(&self, value: T, _: Each<()>) -> T {
        value
    }

    fn element(&self, element: T) -> T {
        element
    }
}

/// Third stage: the elements of a stream are sent as they come.
pub trait AsStream<S: Stream> {
    /// Notes how an element is sent.
    fn reply(&self, stream: S, each: Each<S::Item>) -> Streaming<S>;
}

impl<S: Stream + Send + 'static> AsStream<S> for &&&Kind<S> {
    fn reply(&self, stream: S, each: Each<S::Item>) -> Streaming<S> {
        Streaming { stream, each }
    }
}

/// A stream of replies.
pub struct Streaming<S: Stream> {
    stream: S,
    each: Each<S::Item>,
}

impl<S: Stream> fmt::Debug for Streaming<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming").finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl<S: Stream + Send + 'static> Reply for Streaming<S> {
    fn send(self, target: Target<'_>) -> Outcome {
        Ok(Handled::Streaming(Feed::new(target, self.stream, self.each)))
    }
}

/// Third stage: anything else that can be JSON goes out as JSON.
pub trait AsJson<T> {
    /// Notes that it does.
    fn reply(&self, value: T, each: Each<()>) -> Json<T>;
    /// Notes that the element of a stream does.
    fn element(&self, element: T) -> Json<T>;
}

impl<T: Serialize> AsJson<T> for &Kind<T> {
    #[inline]
    fn reply(&self, value: T, _: Each<()>) -> Json<T> {
        Json(value)
    }

    fn element(&self, element: T) -> Json<T> {
        Json(element)
    }
}

/// A value that goes out as JSON.
#[derive(Debug)]
pub struct Json<T>(T);

#[diagnostic::do_not_recommend]
impl<T: Serialize> Reply for Json<T> {
    #[inline]
    fn send(self, target: Target<'_>) -> Outcome {
        target.push_json(&self.0)
    }
}

/// Third stage: what is left of a `Result` or an `Option` is left as it is, before it could go out as JSON, which would tell the peer
/// what is none of its business.
pub trait Leftover<T> {
    /// Keeps the value, which is no [`Reply`].
    fn reply(&self, value: T, each: Each<()>) -> T;
    /// Keeps the element of a stream, which is no [`Reply`].
    fn element(&self, element: T) -> T;
}

impl<T> Leftover<Option<T>> for &&Kind<Option<T>> {
    fn reply(&self, value: Option<T>, _: Each<()>) -> Option<T> {
        value
    }

    fn element(&self, element: Option<T>) -> Option<T> {
        element
    }
}

impl<R, E> Leftover<Result<R, E>> for &&Kind<Result<R, E>> {
    fn reply(&self, value: Result<R, E>, _: Each<()>) -> Result<R, E> {
        value
    }

    fn element(&self, element: Result<R, E>) -> Result<R, E> {
        element
    }
}

/// Last stage: anything else is left as it is.
pub trait AsIs<T> {
    /// Keeps the value, which is no [`Reply`].
    fn reply(&self, value: T, each: Each<()>) -> T;
    /// Keeps the element of a stream, which is no [`Reply`].
    fn element(&self, element: T) -> T;
}

impl<T> AsIs<T> for Kind<T> {
    fn reply(&self, value: T, _: Each<()>) -> T {
        value
    }

    fn element(&self, element: T) -> T {
        element
    }
}
