//! The acceptance of an upgrade.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::service::Service;
use crate::upgrade::UpgradeError;

/// Accepts an upgrade: the service instance of the connection, and headers to add to the 101.
#[derive(Debug)]
pub struct Accept<S> {
    pub(crate) service: S,
    pub(crate) headers: HeaderMap,
}

impl<S> Accept<S> {
    /// Accepts with this instance.
    pub fn new(service: S) -> Self {
        Self { service, headers: HeaderMap::new() }
    }

    /// Adds a header to the response. The headers of the handshake itself cannot be replaced.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }
}

/// How an upgrade function ended.
#[doc(hidden)]
pub type UpgradeResult<S> = Result<Accept<S>, UpgradeError>;

/// What an upgrade function can return: `Self`, [`Accept<Self>`], or a `Result` of one of these with any error that is
/// `Into<UpgradeError>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned by the `upgrade` function of `{S}`",
    label = "not an answer to an upgrade",
    note = "return `Self`, `Accept<Self>`, or a `Result` of one of these with an error that is `Into<UpgradeError>`; `map_err` makes one \
            of any other error"
)]
pub trait UpgradeReply<S>: Sized {
    #[doc(hidden)]
    fn accept(self, nowhere: ()) -> UpgradeResult<S>;
}

#[diagnostic::do_not_recommend]
impl<S: Service> UpgradeReply<S> for S {
    fn accept(self, (): ()) -> UpgradeResult<S> {
        Ok(Accept::new(self))
    }
}

#[diagnostic::do_not_recommend]
impl<S: Service> UpgradeReply<S> for Accept<S> {
    fn accept(self, (): ()) -> UpgradeResult<S> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Service, E: Into<UpgradeError>> UpgradeReply<S> for Result<S, E> {
    fn accept(self, (): ()) -> UpgradeResult<S> {
        self.map(Accept::new).map_err(Into::into)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Service, E: Into<UpgradeError>> UpgradeReply<S> for Result<Accept<S>, E> {
    fn accept(self, (): ()) -> UpgradeResult<S> {
        self.map_err(Into::into)
    }
}

/// A service that makes itself, because it has no upgrade function: one that implements [`Default`].
#[diagnostic::on_unimplemented(
    message = "service `{Self}` has no `upgrade` function and does not implement `Default`",
    label = "nothing makes an instance for a new connection",
    note = "derive `Default`, or add a function such as `fn connect() -> Self` with the `upgrade` attribute"
)]
pub trait DefaultService: Sized {
    #[doc(hidden)]
    fn accept() -> UpgradeResult<Self>;
}

#[diagnostic::do_not_recommend]
impl<S: Default> DefaultService for S {
    fn accept() -> UpgradeResult<Self> {
        Ok(Accept::new(Self::default()))
    }
}

/// Takes what an upgrade function returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __accept {
    ($service:tt::$function:tt $arguments:tt $(. $await:ident)?, $($accept:tt)+) => {
        $crate::__private::hand(
            $crate::__private::returned!($service::$function $arguments $(. $await)?), (), $($accept)+
        )
    };
}
