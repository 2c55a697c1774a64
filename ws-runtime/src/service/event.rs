//! What a service is told, and what it makes of it.

use ws_core::close::CloseCode;

use crate::error::{BoxError, Error};
use crate::labels::Callback;
use crate::service::payload::Data;
use crate::service::reply::Feed;

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
    Dispatched(u16, Data<'a>, StreamId<'a>),
    /// A ping frame.
    Ping(Data<'a>),
    /// A pong frame.
    Pong(Data<'a>),
    /// Nothing came in or went out for the idle timeout.
    IdleTimeout,
    /// The connection is over.
    Close(CloseCode, &'a str),
    /// A message could not be bound to the argument of the method it was for.
    Rejected(Source, &'a Error, StreamId<'a>),
    /// Something went wrong.
    Error(&'a Error, StreamId<'a>),
}

impl Event<'_> {
    #[inline]
    pub(crate) const fn callback(self) -> Callback {
        match self {
            Self::Open => Callback::Open,
            Self::Text(_) => Callback::Text,
            Self::Binary(_) => Callback::Binary,
            Self::Dispatched(index, ..) => Callback::Dispatched(index),
            Self::Ping(_) => Callback::Ping,
            Self::Pong(_) => Callback::Pong,
            Self::IdleTimeout => Callback::IdleTimeout,
            Self::Close(..) => Callback::Close,
            Self::Rejected(..) | Self::Error(..) => Callback::Error,
        }
    }
}

/// The field of a dispatched message that its replies carry too, in JSON; if the service asks for it and the message has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamId<'a>(Option<&'a str>);

impl<'a> StreamId<'a> {
    pub(crate) const fn from_json(json: Option<&'a str>) -> Self {
        Self(json)
    }

    pub(crate) const fn as_json(self) -> Option<&'a str> {
        self.0
    }
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

impl Source {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Dispatched(_) => "dispatched",
        }
    }
}

/// What a callback made of an event.
pub type Outcome = Result<Handled, Failure>;

/// How an event ended well.
#[derive(Debug)]
pub enum Handled {
    /// A callback took it, and its reply is queued.
    Done,
    /// A callback took it, and its reply is a stream.
    Streaming(Feed),
    /// There is no callback for it.
    Unhandled,
}

/// How an event ended badly. Boxed, so that what a callback makes of an event stays small.
#[derive(Debug)]
pub struct Failure(Box<Failed>);

/// What failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    /// The message did not reach its callback: it does not fit the argument, or is not valid.
    pub(crate) is_rejected: bool,
    /// It was itself on the way to answer an error.
    pub(crate) is_answer: bool,
    /// What a reply to the message carries, in JSON.
    pub(crate) stream_id: Option<Box<str>>,
}

impl Failure {
    /// A message that does not reach its callback.
    #[cold]
    pub(crate) fn rejected(error: impl Into<Error>) -> Self {
        Self(Box::new(Failed { error: error.into(), is_rejected: true, is_answer: false, stream_id: None }))
    }

    /// What a callback returned. An error of ours that it passed on with `?` stays what it is.
    #[cold]
    pub(crate) fn callback(error: BoxError) -> Self {
        Self::from(error.downcast().map_or_else(Error::Callback, |error| *error))
    }

    /// Notes what a reply to the message carries.
    #[must_use]
    #[cold]
    pub fn of(mut self, id: StreamId<'_>) -> Self {
        self.0.stream_id = id.as_json().map(Box::from);
        self
    }

    /// Notes that it was on the way to answer an error.
    #[must_use]
    pub(crate) fn answering(mut self) -> Self {
        self.0.is_answer = true;
        self
    }

    pub(crate) fn into_failed(self) -> Failed {
        *self.0
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(Box::new(Failed { error, is_rejected: false, is_answer: false, stream_id: None }))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.0.error
    }
}
