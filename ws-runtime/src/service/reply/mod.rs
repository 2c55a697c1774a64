//! From the value that a callback returns to what goes out.
//!
//! Nothing is wrapped and nothing is boxed: the way of a value, out of a `Result`, out of an `Option`, as it is, as JSON, or as a stream,
//! is chosen by auto-ref from its type ([`stages`]). A type that no stage fits is left as it is: the one error is that it does not
//! implement [`Reply`]. The path `Reply::send` comes from the macro, because the compiler underlines where that stands: at the type
//! that the user wrote.

mod pong;
pub(super) mod stages;
mod stream;
mod target;
mod value;

use crate::error::BoxError;
use crate::service::{Failure, Handled, Outcome};

pub use pong::PongReply;
pub use stages::{answer, each};
pub(crate) use stream::Feed;
pub use target::Target;

/// What is sent as it is when a callback returns it: texts, bytes, [`Message`](crate::Message), [`Prepared`](crate::Prepared), and
/// [`CloseFrame`](crate::CloseFrame).
///
/// A callback can return more, see [`#[remote]`](macro@crate::remote): what implements `serde::Serialize` goes out as JSON, a `Stream`
/// as the replies that it yields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a reply",
    label = "not a reply",
    note = "return nothing, a text or byte type, `Message`, `CloseFrame`, a type that implements `serde::Serialize`, a `Stream` of \
            these that is `Send` and `'static`, or an `Option` or `Result` of these; the error of a `Result` is anything that is \
            `Into<Box<dyn Error + Send + Sync>>`"
)]
pub trait Reply {
    #[doc(hidden)]
    fn send(self, target: Target<'_>) -> Outcome;
}

/// What `on_close` can return: nothing, or a `Result` of nothing.
#[diagnostic::on_unimplemented(
    message = "`on_close` cannot return `{Self}`",
    label = "nothing can be sent any more",
    note = "return nothing or `Result<(), E>` with an `E` that is `Into<Box<dyn Error + Send + Sync>>`: the connection is over when \
            `on_close` runs"
)]
pub trait NoReply {
    #[doc(hidden)]
    fn end(self, nowhere: ()) -> Outcome;
}

// `do_not_recommend` on each: an error says what the trait says, and lists nothing of ours.
#[diagnostic::do_not_recommend]
impl NoReply for () {
    fn end(self, (): ()) -> Outcome {
        Ok(Handled::Done)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> NoReply for Result<(), E> {
    fn end(self, (): ()) -> Outcome {
        self.map(|()| Handled::Done).map_err(|error| Failure::callback(error.into()))
    }
}

/// A future that any thread may run: what an `async` function of the user must return.
pub trait SendFuture: Future + Sized {
    /// Is what it is. That there is something to call is what the compiler checks, and explains at the user's function.
    #[must_use]
    fn checked(self) -> Self {
        self
    }
}

impl<F: Future + Send> SendFuture for F {}

/// What a function of the user returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __returned {
    ($service:tt::$function:tt $arguments:tt . await) => {
        $crate::__private::SendFuture::checked($service::$function $arguments).await
    };
    ($service:tt::$function:tt $arguments:tt) => {
        $service::$function $arguments
    };
}

/// Hands what a function of the user returned to what takes it.
///
/// The function that takes it is an argument, so that the compiler underlines where that stands when the value does not fit; and a
/// pointer, because for `impl FnOnce` it would say the same once more.
#[inline]
pub fn hand<V, T, R>(value: V, to: T, take: fn(V, T) -> R) -> R {
    take(value, to)
}

/// Sends what a callback returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __reply {
    ($caller:ident, $name:literal = $id:ident, $($call:tt)*) => {
        $crate::__private::reply!(@to ($crate::__private::Target::with_stream_id($caller, $name, $id)), $($call)*)
    };
    ($caller:ident, $($call:tt)*) => {
        $crate::__private::reply!(@to ($crate::__private::Target::new($caller)), $($call)*)
    };
    // Nothing is returned.
    (@to ($target:expr), $service:tt::$function:tt $arguments:tt $(. $await:ident)?) => {
        $crate::__private::Reply::send(
            $crate::__private::returned!($service::$function $arguments $(. $await)?), $target
        )
    };
    (@to ($target:expr), $service:tt::$function:tt $arguments:tt $(. $await:ident)?, $($send:tt)+) => {{
        use $crate::__private::stages::*;
        let value = $crate::__private::returned!($service::$function $arguments $(. $await)?);
        let way = (&&&&&(&&(&&$crate::__private::Kind::of(&value)).__result()).__option()).__reply();
        let each = (&&&&&(&&(&&way.__elements()).__result()).__option()).__element();
        $crate::__private::answer(value, way, $crate::__private::each(each, $($send)+), $target, $($send)+)
    }};
}

/// Sends what `on_ping` returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __pong {
    ($caller:ident, $service:tt::$function:tt $arguments:tt $(. $await:ident)?) => {
        $crate::__private::pong!($caller, $service::$function $arguments $(. $await)?, $crate::__private::PongReply::send)
    };
    ($caller:ident, $service:tt::$function:tt $arguments:tt $(. $await:ident)?, $($send:tt)+) => {
        $crate::__private::hand(
            $crate::__private::returned!($service::$function $arguments $(. $await)?), $caller, $($send)+
        )
    };
}

/// Takes what `on_close` returned: nothing, or an error.
#[doc(hidden)]
#[macro_export]
macro_rules! __ended {
    ($service:tt::$function:tt $arguments:tt $(. $await:ident)?) => {
        $crate::__private::ended!($service::$function $arguments $(. $await)?, $crate::__private::NoReply::end)
    };
    ($service:tt::$function:tt $arguments:tt $(. $await:ident)?, $($end:tt)+) => {
        $crate::__private::hand($crate::__private::returned!($service::$function $arguments $(. $await)?), (), $($end)+)
    };
}
