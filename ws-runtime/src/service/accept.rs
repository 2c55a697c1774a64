//! The acceptance of an upgrade.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::kind::Kind;
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
    note = "return `Self`, `Accept<Self>`, or a `Result` of one of these with an error that is `Into<UpgradeError>`"
)]
pub trait UpgradeReply<S>: Sized {
    #[doc(hidden)]
    const CHECK: () = ();

    #[doc(hidden)]
    fn into_result(self) -> UpgradeResult<S>;
}

#[diagnostic::do_not_recommend]
impl<S: Service> UpgradeReply<S> for S {
    fn into_result(self) -> UpgradeResult<S> {
        Ok(Accept::new(self))
    }
}

#[diagnostic::do_not_recommend]
impl<S: Service> UpgradeReply<S> for Accept<S> {
    fn into_result(self) -> UpgradeResult<S> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Service, E: Into<UpgradeError>> UpgradeReply<S> for Result<S, E> {
    fn into_result(self) -> UpgradeResult<S> {
        self.map(Accept::new).map_err(Into::into)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Service, E: Into<UpgradeError>> UpgradeReply<S> for Result<Accept<S>, E> {
    fn into_result(self) -> UpgradeResult<S> {
        self.map_err(Into::into)
    }
}

/// First stage: an answer to an upgrade.
#[doc(hidden)]
pub trait AcceptValue<T, S> {
    /// Converts the answer.
    ///
    /// # Errors
    /// The refusal.
    fn accept(&self, value: T) -> UpgradeResult<S>;
}

impl<T: UpgradeReply<S>, S> AcceptValue<T, S> for &Kind<T> {
    fn accept(&self, value: T) -> UpgradeResult<S> {
        value.into_result()
    }
}

/// Last stage: no answer to an upgrade. The assertion on the type has stopped the build.
#[doc(hidden)]
pub trait UnfitAccept<T, S> {
    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn accept(&self, value: T) -> UpgradeResult<S>;
}

impl<T, S> UnfitAccept<T, S> for Kind<T> {
    fn accept(&self, _: T) -> UpgradeResult<S> {
        unreachable!("a type that is no answer to an upgrade does not compile")
    }
}

/// Takes what an upgrade function returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __accept {
    ($value:expr) => {{
        use $crate::__private::{AcceptValue as _, Kind, UnfitAccept as _};
        let value = $value;
        (&&Kind::of(&value)).accept(value)
    }};
}
