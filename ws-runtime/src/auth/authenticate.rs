//! A rule that finds out who somebody is.

use crate::auth::Credentials;
use crate::error::{AuthError, BoxError};
use crate::future::BoxedFuture;
use crate::identity::Identity;

/// Finds out who sends a request: one rule of [`Auth`](crate::Auth). Implement it for what the rules of this crate do not do.
///
/// ```
/// use std::collections::HashMap;
/// use websocket::{Auth, AuthError, Authenticate, Credentials, Identity};
///
/// /// Tokens that somebody was given.
/// struct Tokens(HashMap<&'static str, &'static str>);
///
/// impl Authenticate for Tokens {
///     async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
///         let token = credentials.bearer().ok_or(AuthError::Missing)?;
///         let user = self.0.get(token).ok_or_else(|| AuthError::invalid("nobody has this token"))?;
///         Ok(Identity::new(*user))
///     }
/// }
///
/// let auth = Auth::rule(Tokens(HashMap::from([("s3cr3t", "ann")])));
/// ```
pub trait Authenticate: Send + Sync + 'static {
    /// Finds out who shows these credentials. It is dropped when it takes longer than the
    /// [`handshake_timeout`](crate::Listener::handshake_timeout).
    ///
    /// # Errors
    /// [`AuthError::Missing`] if they are not of the kind that this rule reads, [`AuthError::Invalid`] if they are wrong: the next rule is
    /// asked. [`AuthError::Unavailable`] if that cannot be found out: nobody is let in.
    fn authenticate(&self, credentials: &Credentials<'_>) -> impl Future<Output = Result<Identity, AuthError>> + Send;

    /// Returns the scheme that clients are told to use. Default: [`Scheme::BEARER`].
    fn scheme(&self) -> Scheme {
        Scheme::BEARER
    }

    /// Checks the rule when the listener binds, and reads what it needs.
    ///
    /// # Errors
    /// What is wrong with it; the listener does not bind.
    fn prepare(&self) -> Result<(), BoxError> {
        Ok(())
    }
}

/// The name of an HTTP authentication scheme ([RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)), for the header
/// `WWW-Authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme(&'static str);

impl Scheme {
    /// A user name and a password ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
    pub const BASIC: Self = Self("Basic");
    /// A token ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).
    pub const BEARER: Self = Self("Bearer");

    /// Names another scheme.
    ///
    /// # Panics
    /// When the name is no token ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)); in a constant that is a compile
    /// error.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        let bytes = name.as_bytes();
        assert!(!bytes.is_empty(), "the name of a scheme is not empty");
        let mut index = 0;
        while index < bytes.len() {
            assert!(bytes[index].is_ascii_alphanumeric() || bytes[index] == b'-', "the name of a scheme is a word");
            index += 1;
        }
        Self(name)
    }

    pub(crate) fn name(self) -> &'static str {
        self.0
    }
}

/// A rule whose type is forgotten.
pub(crate) trait Authenticator: Send + Sync {
    fn authenticate<'a>(&'a self, credentials: &'a Credentials<'a>) -> BoxedFuture<'a, Result<Identity, AuthError>>;

    fn scheme(&self) -> Scheme;

    fn prepare(&self) -> Result<(), BoxError>;
}

impl<A: Authenticate> Authenticator for A {
    fn authenticate<'a>(&'a self, credentials: &'a Credentials<'a>) -> BoxedFuture<'a, Result<Identity, AuthError>> {
        Box::pin(Authenticate::authenticate(self, credentials))
    }

    fn scheme(&self) -> Scheme {
        Authenticate::scheme(self)
    }

    fn prepare(&self) -> Result<(), BoxError> {
        Authenticate::prepare(self)
    }
}
