//! From a received message to the argument of a callback.
//!
//! The type of the argument decides, not its spelling. A text or byte type binds itself. For any other payload the macro hands the
//! type over as `payload!(message as T)`, and the stages below pick the conversion by auto-ref. A type that no stage fits falls through
//! to [`Unbindable`], in silence: the assertion on [`Payload`] next to it is the one error that the user sees.

use bytes::Bytes;
use serde::Deserialize;
use serde_path_to_error::Segment;

use crate::error::BindingError;
use crate::kind::Kind;
use crate::message::Message;
use crate::service::Failure;
use crate::validate::Validate;

/// The payload of a message or a control frame, lent from the connection's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data<'a> {
    /// Text, valid UTF-8.
    Text(&'a str),
    /// Any bytes.
    Binary(&'a [u8]),
}

/// What a callback can take as the payload of a message.
///
/// `&str`, `String`, `&[u8]`, `Vec<u8>`, [`Bytes`], and [`Message`] are taken as they are: text given to a bytes argument is its UTF-8;
/// binary given to a text argument must be UTF-8. Any other type that implements [`serde::Deserialize`] is read as JSON, from text
/// and from binary, and may borrow from the message; one that implements [`Validate`] is validated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot receive a message",
    label = "not a payload",
    note = "use `&str`, `String`, `&[u8]`, `Vec<u8>`, `Bytes`, `Message`, or a type that implements `serde::Deserialize`"
)]
pub trait Payload<'de>: Sized {
    #[doc(hidden)]
    const CHECK: () = ();

    #[doc(hidden)]
    fn from_json(data: Data<'de>) -> Result<Self, Failure>;
}

/// What `on_text_message` can take: `&str` or `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot receive a text message",
    label = "not a text type",
    note = "use `&str` or `String`, or take the message with `on_message`"
)]
pub trait TextPayload<'a>: Sized {
    #[doc(hidden)]
    fn bind(data: Data<'a>) -> Result<Self, Failure>;
}

/// What `on_binary_message`, `on_ping`, and `on_pong` can take: `&[u8]`, `Vec<u8>`, or [`Bytes`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot receive bytes",
    label = "not a byte type",
    note = "use `&[u8]`, `Vec<u8>`, or `Bytes`"
)]
pub trait BytesPayload<'a>: Sized {
    #[doc(hidden)]
    fn bind(data: Data<'a>) -> Result<Self, Failure>;
}

/// A text type.
pub trait Text<'a>: Raw<'a> {}

impl<'a> Text<'a> for &'a str {}
impl Text<'_> for String {}

/// A byte type.
pub trait Binary<'a>: Raw<'a> {}

impl<'a> Binary<'a> for &'a [u8] {}
impl Binary<'_> for Vec<u8> {}
impl Binary<'_> for Bytes {}

// By way of another trait, and `do_not_recommend`: an error says what the trait says, and lists nothing of ours.
#[diagnostic::do_not_recommend]
impl<'a, T: Text<'a>> TextPayload<'a> for T {
    #[inline]
    fn bind(data: Data<'a>) -> Result<Self, Failure> {
        T::from_data(data).map_err(Failure::rejected)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, T: Binary<'a>> BytesPayload<'a> for T {
    #[inline]
    fn bind(data: Data<'a>) -> Result<Self, Failure> {
        T::from_data(data).map_err(Failure::rejected)
    }
}

#[diagnostic::do_not_recommend]
impl<'de, T: Deserialize<'de>> Payload<'de> for T {
    #[inline]
    fn from_json(data: Data<'de>) -> Result<Self, Failure> {
        let bound = match data {
            Data::Text(text) => serde_json::from_str(text),
            Data::Binary(data) => serde_json::from_slice(data),
        };
        bound.map_err(|error| explain::<T>(data, &error))
    }
}

#[diagnostic::do_not_recommend]
impl<'de> Payload<'de> for Message {
    fn from_json(data: Data<'de>) -> Result<Self, Failure> {
        Ok(data.into())
    }
}

/// A payload that is taken as it is.
pub trait Raw<'a>: Sized {
    /// Takes the payload.
    ///
    /// # Errors
    /// When the payload does not fit the type.
    fn from_data(data: Data<'a>) -> Result<Self, BindingError>;
}

impl<'a> Data<'a> {
    fn as_str(self) -> Result<&'a str, BindingError> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Binary(data) => std::str::from_utf8(data)
                .map_err(|error| BindingError::InvalidUtf8 { valid_up_to: error.valid_up_to() }),
        }
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(data) => data,
        }
    }
}

impl<'a> Raw<'a> for &'a str {
    fn from_data(data: Data<'a>) -> Result<Self, BindingError> {
        data.as_str()
    }
}

impl<'a> Raw<'a> for String {
    fn from_data(data: Data<'a>) -> Result<Self, BindingError> {
        data.as_str().map(str::to_owned)
    }
}

impl<'a> Raw<'a> for &'a [u8] {
    fn from_data(data: Data<'a>) -> Result<Self, BindingError> {
        Ok(data.as_bytes())
    }
}

impl<'a> Raw<'a> for Vec<u8> {
    fn from_data(data: Data<'a>) -> Result<Self, BindingError> {
        Ok(data.as_bytes().to_vec())
    }
}

impl<'a> Raw<'a> for Bytes {
    fn from_data(data: Data<'a>) -> Result<Self, BindingError> {
        Ok(Self::copy_from_slice(data.as_bytes()))
    }
}

impl<'a> Raw<'a> for Message {
    fn from_data(data: Data<'a>) -> Result<Self, BindingError> {
        Ok(data.into())
    }
}

impl<'a> From<&'a Message> for Data<'a> {
    fn from(message: &'a Message) -> Self {
        match message {
            Message::Text(text) => Self::Text(text),
            Message::Binary(data) => Self::Binary(data),
        }
    }
}

impl From<Data<'_>> for Message {
    fn from(data: Data<'_>) -> Self {
        match data {
            Data::Text(text) => Self::from(text),
            Data::Binary(data) => Self::from(data),
        }
    }
}

/// First stage: raw types.
pub trait BindRaw<'a, T> {
    /// Binds the payload.
    ///
    /// # Errors
    /// When the payload does not fit the type.
    fn __bind(&self, data: Data<'a>) -> Result<T, Failure>;
}

impl<'a, T: Raw<'a>> BindRaw<'a, T> for &&Kind<T> {
    #[inline]
    fn __bind(&self, data: Data<'a>) -> Result<T, Failure> {
        T::from_data(data).map_err(Failure::rejected)
    }
}

/// Second stage: JSON.
pub trait BindJson<'a, T> {
    /// Binds the payload.
    ///
    /// # Errors
    /// When the payload is not JSON, or does not fit the type.
    fn __bind(&self, data: Data<'a>) -> Result<T, Failure>;
}

impl<'a, T: Payload<'a>> BindJson<'a, T> for &Kind<T> {
    #[inline]
    fn __bind(&self, data: Data<'a>) -> Result<T, Failure> {
        T::from_json(data)
    }
}

/// Finds the field that does not fit, by reading the payload once more: only what fails pays for it.
#[cold]
fn explain<'a, T: Deserialize<'a>>(data: Data<'a>, cause: &serde_json::Error) -> Failure {
    let mut json = serde_json::Deserializer::from_slice(data.as_bytes());
    let path = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Err(error) if error.path().iter().any(|segment| !matches!(segment, Segment::Unknown)) => {
            Some(error.path().to_string().into())
        }
        // What is wrong comes behind the value, or is the value.
        _ => None,
    };
    Failure::rejected(BindingError::Json { path, cause: cause.to_string() })
}

/// Last stage: a type that cannot receive a message. The assertion on the type has stopped the build.
pub trait Unbindable<T> {
    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn __bind(&self, data: Data<'_>) -> Result<T, Failure>;
}

impl<T> Unbindable<T> for Kind<T> {
    fn __bind(&self, _: Data<'_>) -> Result<T, Failure> {
        unreachable!("a type that is no payload does not compile")
    }
}

/// First stage of validation: a type that knows what is valid.
pub trait CheckPayload<T> {
    /// Validates the payload.
    ///
    /// # Errors
    /// When it is not valid.
    fn __check(&self, payload: T) -> Result<T, Failure>;
}

impl<T: Validate> CheckPayload<T> for &Kind<T> {
    #[inline]
    fn __check(&self, payload: T) -> Result<T, Failure> {
        match payload.validate() {
            Ok(()) => Ok(payload),
            Err(error) => Err(Failure::rejected(error)),
        }
    }
}

/// Last stage of validation: anything else is valid.
pub trait KeepPayload<T> {
    /// Keeps the payload.
    ///
    /// # Errors
    /// None.
    fn __check(&self, payload: T) -> Result<T, Failure>;
}

impl<T> KeepPayload<T> for Kind<T> {
    #[inline]
    fn __check(&self, payload: T) -> Result<T, Failure> {
        Ok(payload)
    }
}

/// Binds the payload of an event to the type of an argument, and validates it.
#[doc(hidden)]
#[macro_export]
macro_rules! __payload {
    ($data:ident as $payload:ty) => {{
        use $crate::__private::stages::*;
        let bound = (&&&$crate::__private::Kind::<$payload>::new()).__bind($data);
        bound.and_then(|payload| (&&$crate::__private::Kind::of(&payload)).__check(payload))
    }};
}

/// Binds the payload of an event to the type of an argument.
#[doc(hidden)]
#[macro_export]
macro_rules! __unvalidated {
    ($data:ident as $payload:ty) => {{
        use $crate::__private::stages::*;
        (&&&$crate::__private::Kind::<$payload>::new()).__bind($data)
    }};
}
