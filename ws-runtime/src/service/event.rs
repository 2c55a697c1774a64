//! What a service is told, and what it makes of it.

use ws_core::close::CloseCode;

use crate::error::{BindingError, BoxError, Error};
use crate::service::payload::Data;

/// Something for a callback.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The connection is open.
    Open,
    /// A text message.
    Text(Data<'a>),
    /// A binary message.
    Binary(Data<'a>),
    /// A text message for the dispatched method with this index.
    Dispatched(u16, Data<'a>),
    /// A ping frame.
    Ping(Data<'a>),
    /// A pong frame.
    Pong(Data<'a>),
    /// Nothing came in or went out for the idle timeout.
    IdleTimeout,
    /// The connection is over.
    Close(CloseCode, &'a str),
    /// A message could not be bound to the argument of the method it was for.
    Rejected(Source, &'a Error),
    /// Something went wrong.
    Error(&'a Error),
}

/// The method that a rejected message was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The callback of text messages.
    Text,
    /// The callback of binary messages.
    Binary,
    /// The dispatched method with this index.
    Dispatched(u16),
}

/// What a callback made of an event.
pub type Outcome = Result<Handled, Failure>;

/// How an event ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// A callback took it, and its reply is queued.
    Done,
    /// There is no callback for it.
    Unhandled,
}

/// How an event ended badly.
#[derive(Debug)]
pub enum Failure {
    /// The message does not fit the argument; the callback did not run.
    Binding(BindingError),
    /// The callback returned an error.
    Callback(BoxError),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Binding(error) => Self::Binding(error),
            // An error of ours that a callback passed on with `?` stays what it is.
            Failure::Callback(error) => match error.downcast() {
                Ok(error) => *error,
                Err(error) => Self::Callback(error),
            },
        }
    }
}
