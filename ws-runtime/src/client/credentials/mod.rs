//! Credentials that are fetched, anew for each connection.

#[cfg(feature = "jwt")]
mod jwt_issuer;
#[cfg(feature = "oauth2")]
mod oauth2;

use std::future::ready;

use http::HeaderValue;

use crate::error::{BoxError, CredentialsError};
use crate::future::BoxedFuture;

#[cfg(feature = "jwt")]
pub use jwt_issuer::JwtIssuer;
#[cfg(feature = "oauth2")]
pub use oauth2::OAuth2;

/// Says who a client is, each time that it connects, and connects again: for
/// [`ClientBuilder::credentials`](crate::ClientBuilder::credentials). Implement it for what the types of this crate do not do.
///
/// ```
/// use websocket::http::HeaderValue;
/// use websocket::{Authorize, Client, CredentialsError};
///
/// /// A token that another program renews.
/// struct Mounted;
///
/// impl Authorize for Mounted {
///     async fn authorization(&self) -> Result<HeaderValue, CredentialsError> {
///         let token = std::fs::read_to_string("/run/secrets/token");
///         let token = token.map_err(CredentialsError::unavailable)?;
///         let value = HeaderValue::try_from(format!("Bearer {}", token.trim()));
///         value.map_err(CredentialsError::refused)
///     }
/// }
///
/// let builder = Client::builder("wss://chat.example/").credentials(Mounted);
/// # drop(builder);
/// ```
pub trait Authorize: Send + Sync + 'static {
    /// Returns the value of the header `Authorization`. It takes a part of
    /// [`handshake_timeout`](crate::ClientBuilder::handshake_timeout), after which it is dropped.
    ///
    /// # Errors
    /// [`CredentialsError::Unavailable`] if it may be there another time, [`CredentialsError::Refused`] if not.
    fn authorization(&self) -> impl Future<Output = Result<HeaderValue, CredentialsError>> + Send;

    /// Is told that the server has refused this value, with status 401. Returns whether [`authorization`](Self::authorization) may have
    /// a better one, with which the client then tries again, once. Default: it has not.
    fn refused(&self, value: &HeaderValue) -> impl Future<Output = bool> + Send {
        let _ = value;
        ready(false)
    }

    /// Checks the settings before the first connection, and reads what it needs.
    ///
    /// # Errors
    /// What is wrong with it; the client does not connect.
    fn prepare(&self) -> Result<(), BoxError> {
        Ok(())
    }
}

/// One whose type is forgotten.
pub(crate) trait Authorizer: Send + Sync {
    fn authorization(&self) -> BoxedFuture<'_, Result<HeaderValue, CredentialsError>>;

    fn refused<'a>(&'a self, value: &'a HeaderValue) -> BoxedFuture<'a, bool>;

    fn prepare(&self) -> Result<(), BoxError>;
}

impl<A: Authorize> Authorizer for A {
    fn authorization(&self) -> BoxedFuture<'_, Result<HeaderValue, CredentialsError>> {
        Box::pin(Authorize::authorization(self))
    }

    fn refused<'a>(&'a self, value: &'a HeaderValue) -> BoxedFuture<'a, bool> {
        Box::pin(Authorize::refused(self, value))
    }

    fn prepare(&self) -> Result<(), BoxError> {
        Authorize::prepare(self)
    }
}
