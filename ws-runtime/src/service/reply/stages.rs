//! The stages of a reply: out of its `Result`, out of its `Option`, and what is sent, each chosen by auto-ref.
//!
//! What a stage has chosen is a type, so that the whole way of a value is known before there is a value.

use std::fmt;

use futures_core::Stream;
use serde::Serialize;

use crate::error::BoxError;
use crate::kind::Kind;
use crate::service::reply::{Feed, Reply, Target};
use crate::service::{Failure, Handled, Outcome};

/// The way of a value to a reply: out of its `Result` as `R` does it, out of its `Option` as `O` does it, and what `B` makes of the
/// `T` that is left.
#[derive(Debug)]
pub struct Way<T, R, O, B>(Kind<T, (R, O, B)>);

impl<T, R, O, B> Way<T, R, O, B> {
    const fn new() -> Self {
        Self(Kind::new())
    }
}

impl<T, R, O, B: Become<T>> Way<T, R, O, B> {
    /// Names the type of the elements, which is `()` for what is no stream.
    #[must_use]
    #[expect(clippy::unused_self, reason = "the type of the elements is that of the value")]
    pub const fn __elements(&self) -> Kind<B::Element> {
        Kind::new()
    }
}

/// How a value is taken out of its `Result`.
pub trait TakeOut<V> {
    /// What is left.
    type Value;

    /// Takes it out, or turns the user's error into a failure.
    ///
    /// # Errors
    /// The user's error.
    fn take_out(value: V) -> Result<Self::Value, Failure>;
}

/// How a value is taken out of its `Option`.
pub trait TakeIf<V> {
    /// What is left.
    type Value;

    /// Takes it out, if it is there.
    fn take_if(value: V) -> Option<Self::Value>;
}

/// What a value becomes that can be sent.
pub trait Become<T> {
    /// The elements of a stream. `()` for anything else.
    type Element;
    /// What can be sent, where `F` sends an element.
    type Reply<F>;

    /// Makes a reply of a value.
    fn reply<F>(value: T, each: F) -> Self::Reply<F>;
}

/// Nothing is taken out, and nothing is made of it.
#[derive(Debug)]
pub struct AsItIs;
/// It is taken out of its `Result`.
#[derive(Debug)]
pub struct OfResult;
/// It is taken out of its `Option`.
#[derive(Debug)]
pub struct OfOption;
/// It becomes JSON.
#[derive(Debug)]
pub struct AsJson;
/// It becomes the replies that it yields.
#[derive(Debug)]
pub struct AsStream;

impl<V> TakeOut<V> for AsItIs {
    type Value = V;

    #[inline]
    fn take_out(value: V) -> Result<V, Failure> {
        Ok(value)
    }
}

impl<V, E: Into<BoxError>> TakeOut<Result<V, E>> for OfResult {
    type Value = V;

    #[inline]
    fn take_out(value: Result<V, E>) -> Result<V, Failure> {
        value.map_err(|error| Failure::callback(error.into()))
    }
}

impl<V> TakeIf<V> for AsItIs {
    type Value = V;

    #[inline]
    fn take_if(value: V) -> Option<V> {
        Some(value)
    }
}

impl<V> TakeIf<Option<V>> for OfOption {
    type Value = V;

    #[inline]
    fn take_if(value: Option<V>) -> Option<V> {
        value
    }
}

impl<T> Become<T> for AsItIs {
    type Element = ();
    type Reply<F> = T;

    #[inline]
    fn reply<F>(value: T, _: F) -> T {
        value
    }
}

impl<T: Serialize> Become<T> for AsJson {
    type Element = ();
    type Reply<F> = Json<T>;

    #[inline]
    fn reply<F>(value: T, _: F) -> Json<T> {
        Json(value)
    }
}

impl<S: Stream> Become<S> for AsStream {
    type Element = S::Item;
    type Reply<F> = Streaming<S, F>;

    fn reply<F>(stream: S, each: F) -> Streaming<S, F> {
        Streaming { stream, each }
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

/// A stream of replies, and what sends each of them.
pub struct Streaming<S, F> {
    stream: S,
    each: F,
}

impl<S, F> fmt::Debug for Streaming<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming").finish_non_exhaustive()
    }
}

#[diagnostic::do_not_recommend]
impl<S, F> Reply for Streaming<S, F>
where
    S: Stream + Send + 'static,
    F: Fn(S::Item, Target<'_>) -> Outcome + Send + 'static,
{
    fn send(self, target: Target<'_>) -> Outcome {
        Ok(Handled::Streaming(Feed::new(target, self.stream, self.each)))
    }
}

/// Sends what a callback returned, the way that the stages have chosen.
///
/// # Errors
/// The user's error, or one of sending.
#[inline]
pub fn answer<V, R, O, B, F>(
    value: V,
    _: Way<O::Value, R, O, B>,
    each: F,
    target: Target<'_>,
    send: fn(B::Reply<F>, Target<'_>) -> Outcome,
) -> Outcome
where
    R: TakeOut<V>,
    O: TakeIf<R::Value>,
    B: Become<O::Value>,
{
    match R::take_out(value).map(O::take_if) {
        Ok(Some(value)) => send(B::reply(value, each), target),
        Ok(None) => Ok(Handled::Done),
        Err(failure) => Err(target.fail(failure)),
    }
}

/// Makes what sends each element of a stream, the way that the stages have chosen.
pub fn each<V, R, O, B>(
    _: Way<O::Value, R, O, B>,
    send: fn(B::Reply<()>, Target<'_>) -> Outcome,
) -> impl Fn(V, Target<'_>) -> Outcome + use<V, R, O, B>
where
    R: TakeOut<V>,
    O: TakeIf<R::Value>,
    B: Become<O::Value>,
{
    move |element, target| answer(element, Way::<_, R, O, B>::new(), (), target, send)
}

/// First stage: a `Result`.
pub trait InResult<V> {
    /// Takes the value out of it.
    fn __result(&self) -> Kind<V, OfResult>;
}

impl<V, E: Into<BoxError>> InResult<V> for &Kind<Result<V, E>> {
    fn __result(&self) -> Kind<V, OfResult> {
        Kind::new()
    }
}

/// First stage: anything else has not failed.
pub trait NotInResult<V> {
    /// Leaves the value as it is.
    fn __result(&self) -> Kind<V, AsItIs>;
}

impl<V> NotInResult<V> for Kind<V> {
    fn __result(&self) -> Kind<V, AsItIs> {
        Kind::new()
    }
}

/// Second stage: an `Option`.
pub trait InOption<V, R> {
    /// Takes the value out of it.
    fn __option(&self) -> Kind<V, (R, OfOption)>;
}

impl<V, R> InOption<V, R> for &Kind<Option<V>, R> {
    fn __option(&self) -> Kind<V, (R, OfOption)> {
        Kind::new()
    }
}

/// Second stage: anything else is there.
pub trait NotInOption<V, R> {
    /// Leaves the value as it is.
    fn __option(&self) -> Kind<V, (R, AsItIs)>;
}

impl<V, R> NotInOption<V, R> for Kind<V, R> {
    fn __option(&self) -> Kind<V, (R, AsItIs)> {
        Kind::new()
    }
}

macro_rules! stages {
    ($($(#[$doc:meta])* $stage:ident: [$($bound:tt)*] $kind:ty => $value:ty, $become:ident, $($method:ident)*;)*) => {$(
        $(#[$doc])*
        pub trait $stage<T, R, O> {$(
            /// Chooses what the value becomes.
            fn $method(&self) -> Way<T, R, O, $become>;
        )*}

        impl<T $($bound)*, R, O> $stage<$value, R, O> for $kind {$(
            fn $method(&self) -> Way<$value, R, O, $become> {
                Way::new()
            }
        )*}
    )*};
}

stages! {
    /// Third stage: what is a reply goes out as it is.
    IsReply: [: Reply] &&&&Kind<T, (R, O)> => T, AsItIs, __reply __element;
    /// Third stage: a stream, which is no element of another.
    IsStream: [: Stream + Send + 'static] &&&Kind<T, (R, O)> => T, AsStream, __reply;
    /// Third stage: an `Option` in an `Option` is left as it is, before it could go out as JSON.
    IsOption: [] &&Kind<Option<T>, (R, O)> => Option<T>, AsItIs, __reply __element;
    /// Third stage: anything else that can be JSON.
    IsJson: [: Serialize] &Kind<T, (R, O)> => T, AsJson, __reply __element;
    /// Last stage: anything else is left as it is, which is no reply.
    IsNothing: [] Kind<T, (R, O)> => T, AsItIs, __reply __element;
}

/// Third stage: a `Result` that is left is left as it is, before it could go out as JSON, which would tell the peer what is none of its
/// business.
pub trait IsResult<T, R, O> {
    /// Chooses what the value becomes.
    fn __reply(&self) -> Way<T, R, O, AsItIs>;
    /// Chooses what the element of a stream becomes.
    fn __element(&self) -> Way<T, R, O, AsItIs>;
}

impl<V, E, R, O> IsResult<Result<V, E>, R, O> for &&Kind<Result<V, E>, (R, O)> {
    fn __reply(&self) -> Way<Result<V, E>, R, O, AsItIs> {
        Way::new()
    }

    fn __element(&self) -> Way<Result<V, E>, R, O, AsItIs> {
        Way::new()
    }
}
