//! From the value that a callback returns to what goes out.
//!
//! Nothing is wrapped and nothing is boxed: `reply!(caller, value)` unpacks a `Result`, then an `Option`, then sends what is
//! left, each stage chosen by auto-ref from the type of the value ([`stages`]): a raw [`Value`], a stream of replies ([`stream`]), or
//! anything else as JSON. A type that no stage fits gets one error, the one of [`Reply`].

mod stages;
mod stream;
mod target;
mod value;

use crate::error::BoxError;

pub use stages::{
    KeepOption, KeepValue, SendJson, SendPong, SendStream, SendValue, UnpackResult, Unsendable, WrapOption,
};
pub(crate) use stream::Feed;
pub use target::Target;
use value::{PongValue, Value};

/// What a callback can return. A name for the error message: no type implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a reply",
    label = "not a reply",
    note = "return nothing, a text or byte type, `Message`, `CloseFrame`, a type that implements `serde::Serialize`, a `Stream` of \
            these, or an `Option` or `Result` of these; the error of a `Result` is anything that is \
            `Into<Box<dyn Error + Send + Sync>>`"
)]
pub trait Reply {}

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

// `do_not_recommend` on each: an error says what the trait says, and lists nothing of ours.
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

/// Sends what a callback returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __reply {
    ($caller:expr, $name:literal = $id:expr, $value:expr) => {
        $crate::__private::reply!(@to $crate::__private::Target::with_stream_id($caller, $name, $id), $value)
    };
    ($caller:expr, $value:expr) => {
        $crate::__private::reply!(@to $crate::__private::Target::new($caller), $value)
    };
    (@to $target:expr, $value:expr) => {{
        use $crate::__private::{
            KeepOption as _, KeepValue as _, SendJson as _, SendStream as _, SendValue as _, UnpackResult as _,
            Unsendable as _, WrapOption as _,
        };
        let (target, value) = ($target, $value);
        match (&&$crate::__private::Kind::of(&value)).unpack(value) {
            $crate::__private::Ok(value) => match (&&$crate::__private::Kind::of(&value)).option(value) {
                $crate::__private::Some(value) => {
                    (&&&&&$crate::__private::Kind::of(&value))
                        .send(target, value, |target, element| $crate::__private::reply!(@element target, element))
                }
                $crate::__private::None => $crate::__private::Ok($crate::__private::Handled::Done),
            },
            $crate::__private::Err(failure) => $crate::__private::Err(target.fail(failure)),
        }
    }};
    (@element $target:expr, $element:expr) => {
        match (&&$crate::__private::Kind::of(&$element)).unpack($element) {
            $crate::__private::Ok(element) => match (&&$crate::__private::Kind::of(&element)).option(element) {
                $crate::__private::Some(element) => {
                    (&&&&&$crate::__private::Kind::of(&element)).send_element($target, element)
                }
                $crate::__private::None => $crate::__private::Ok($crate::__private::Handled::Done),
            },
            $crate::__private::Err(failure) => $crate::__private::Err($target.fail(failure)),
        }
    };
}

/// Sends what `on_ping` returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __pong {
    ($caller:expr, $value:expr) => {{
        use $crate::__private::{
            KeepOption as _, KeepValue as _, SendPong as _, UnpackResult as _, Unsendable as _, WrapOption as _,
        };
        let value = $value;
        match (&&$crate::__private::Kind::of(&value)).unpack(value) {
            $crate::__private::Ok(value) => match (&&$crate::__private::Kind::of(&value)).option(value) {
                $crate::__private::Some(value) => (&&$crate::__private::Kind::of(&value)).pong($caller, value),
                $crate::__private::None => $crate::__private::Ok($crate::__private::Handled::Done),
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
        use $crate::__private::{KeepValue as _, UnpackResult as _};
        let value = $value;
        match (&&$crate::__private::Kind::of(&value)).unpack(value) {
            $crate::__private::Ok(_) => $crate::__private::Ok($crate::__private::Handled::Done),
            $crate::__private::Err(failure) => $crate::__private::Err(failure),
        }
    }};
}
