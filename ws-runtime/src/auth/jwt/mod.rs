//! Tokens that an issuer has signed.
//!
//! ```text
//!   credentials ──▶ the token, taken apart ──▶ its signature, with the key ──▶ its claims ──▶ identity
//! ```
//!
//! `jsonwebtoken` reads headers and published keys; signatures are checked by aws-lc-rs itself. The functions of `jsonwebtoken` that
//! check them take the cryptography from a place that the whole process shares, and panic when two features of that crate are on, one
//! of ours and one of somebody else's. None is on here, so that nobody else's tokens depend on this crate, nor ours on them.

mod algorithm;
mod claims;
#[cfg(feature = "jwks")]
mod jwks;
mod key;
#[cfg(feature = "jwks")]
mod key_set;
#[cfg(feature = "client")]
mod signing;
mod token;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::auth::jwt::claims::{Audience, Claims};
use crate::auth::jwt::key::Key;
use crate::auth::jwt::token::Token;
use crate::auth::{Authenticate, Credentials};
use crate::error::{AuthError, BoxError};
use crate::identity::Identity;

pub use algorithm::JwtAlgorithm;
#[cfg(feature = "jwks")]
pub use jwks::Jwks;
#[cfg(feature = "client")]
pub(crate) use signing::SigningKey;

/// JSON Web Tokens that an issuer has signed ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)): a rule of [`Auth`](crate::Auth).
///
/// ```no_run
/// use websocket::{Auth, Jwt, JwtAlgorithm, Listener, Rule};
///
/// let tokens = Jwt::with_public_key_file([JwtAlgorithm::RS256], "issuer.pem")
///     .issuer("https://issuer.example")
///     .audience("https://chat.example");
/// let listener = Listener::new(9090).auth(Auth::rule(Rule::new(tokens).scopes(["chat"])));
/// ```
///
/// A token must be signed with one of the algorithms that are listed, never with `none`; a key that is not for each of them is an error
/// when the listener binds, so a public key is never taken for a secret. It must have an end (`exp`) and somebody whom it is about
/// (`sub`), and its beginning (`nbf`) must have come; a token for an audience (`aud`) is refused unless this is said to be it. Its
/// extensions (`crit`) are refused: none is known.
///
/// The [`Identity`] has the subject, the scopes, all claims, and the end of the token, with which the connection is closed.
/// A token is no secret kept from its holder, but whoever has it may connect: use TLS.
pub struct Jwt {
    algorithms: Vec<JwtAlgorithm>,
    source: Source,
    keys: OnceLock<Keys>,
    claims: Claims,
    max_token_size: usize,
}

/// Where the key is.
enum Source {
    #[cfg(feature = "jwks")]
    Jwks(Jwks),
    Pem(Vec<u8>),
    PemFile(PathBuf),
    Secret(Vec<u8>),
}

/// What checks signatures.
#[derive(Clone)]
enum Keys {
    #[cfg(feature = "jwks")]
    Fetched(Arc<jwks::Cache>),
    One(Arc<Key>),
}

impl Jwt {
    /// Takes tokens that are signed with a secret: bytes, as they are. It must be as long as the hash of the longest algorithm
    /// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)): 32 bytes for [`HS256`](JwtAlgorithm::HS256). Whoever can
    /// check such a token can make one.
    #[must_use]
    pub fn with_secret(algorithms: impl IntoIterator<Item = JwtAlgorithm>, secret: impl Into<Vec<u8>>) -> Self {
        Self::new(algorithms, Source::Secret(secret.into()))
    }

    /// Takes tokens that are signed with the private key of this public one: a `PUBLIC KEY` in PEM
    /// ([RFC 7468 §13](https://www.rfc-editor.org/rfc/rfc7468#section-13)). RSA keys have 2048 bits at least.
    #[must_use]
    pub fn with_public_key_pem(algorithms: impl IntoIterator<Item = JwtAlgorithm>, pem: impl Into<Vec<u8>>) -> Self {
        Self::new(algorithms, Source::Pem(pem.into()))
    }

    /// Reads the public key from a file when the listener binds. It is not read again.
    #[must_use]
    pub fn with_public_key_file(algorithms: impl IntoIterator<Item = JwtAlgorithm>, path: impl Into<PathBuf>) -> Self {
        Self::new(algorithms, Source::PemFile(path.into()))
    }

    /// Takes tokens that are signed with one of the keys that an issuer publishes: a [`Jwks`], or its url.
    #[cfg(feature = "jwks")]
    #[must_use]
    pub fn with_jwks(algorithms: impl IntoIterator<Item = JwtAlgorithm>, keys: impl Into<Jwks>) -> Self {
        Self::new(algorithms, Source::Jwks(keys.into()))
    }

    /// Takes tokens of this issuer alone (`iss`), or of another one that is named so. Default: whoever has the key.
    #[must_use]
    pub fn issuer(mut self, name: impl Into<String>) -> Self {
        self.claims.issuers.push(name.into());
        self
    }

    /// Takes tokens for this audience (`aud`), or for another one that is named so. Default: tokens that are for nobody in particular.
    #[must_use]
    pub fn audience(mut self, name: impl Into<String>) -> Self {
        match &mut self.claims.audience {
            Audience::OneOf(names) => names.push(name.into()),
            Audience::Any => self.claims.audience = Audience::OneOf(vec![name.into()]),
        }
        self
    }

    /// Takes tokens for any audience: also those that somebody was given for another service of the same issuer.
    #[must_use]
    pub fn any_audience(mut self) -> Self {
        self.claims.audience = Audience::Any;
        self
    }

    /// Asks for these claims, whatever their values. `null` is none.
    #[must_use]
    pub fn required_claims<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.claims.required.extend(names.into_iter().map(|name| (name.into(), None)));
        self
    }

    /// Asks for a claim with exactly this value.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.required.push((name.into(), Some(value.into())));
        self
    }

    /// Sets by how much the clock of the issuer may differ: a token is taken so much before its beginning and after its end. Default 0.
    #[must_use]
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.claims.clock_skew = skew;
        self
    }

    /// Sets which claim has the scopes: a string with spaces between them, or an array of strings. Default `scope`
    /// ([RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)).
    #[must_use]
    pub fn scope_claim(mut self, name: impl Into<String>) -> Self {
        self.claims.scope_claim = name.into();
        self
    }

    /// Sets which claim says whom the token is about: a string. Default `sub`.
    #[must_use]
    pub fn subject_claim(mut self, name: impl Into<String>) -> Self {
        self.claims.subject_claim = name.into();
        self
    }

    /// Takes tokens without an end (`exp`), too: who has one may connect for as long as the key is used.
    #[must_use]
    pub fn allow_endless(mut self) -> Self {
        self.claims.is_end_required = false;
        self
    }

    /// Limits how long a token may be, in bytes. Default 16 KiB.
    #[must_use]
    pub fn max_token_size(mut self, bytes: usize) -> Self {
        self.max_token_size = bytes;
        self
    }

    fn new(algorithms: impl IntoIterator<Item = JwtAlgorithm>, source: Source) -> Self {
        let claims = Claims {
            issuers: Vec::new(),
            audience: Audience::OneOf(Vec::new()),
            required: Vec::new(),
            clock_skew: Duration::ZERO,
            subject_claim: "sub".to_owned(),
            scope_claim: "scope".to_owned(),
            is_end_required: true,
        };
        Self {
            algorithms: algorithms.into_iter().collect(),
            source,
            keys: OnceLock::new(),
            claims,
            max_token_size: 16 * 1024,
        }
    }

    /// Returns the keys, read when they are needed first.
    fn keys(&self) -> Result<Keys, BoxError> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys.clone());
        }
        let one = |key| Keys::One(Arc::new(key));
        let keys = match &self.source {
            #[cfg(feature = "jwks")]
            Source::Jwks(keys) => Keys::Fetched(Arc::new(keys.prepare(&self.algorithms)?)),
            Source::Pem(pem) => one(Key::from_pem(&self.algorithms, pem)?),
            Source::PemFile(path) => {
                let failure = |reason: String| format!("{}: {reason}", path.display());
                let pem = std::fs::read(path).map_err(|error| failure(error.to_string()))?;
                one(Key::from_pem(&self.algorithms, &pem).map_err(failure)?)
            }
            Source::Secret(secret) => one(Key::from_secret(&self.algorithms, secret)?),
        };
        Ok(self.keys.get_or_init(|| keys).clone())
    }
}

impl Authenticate for Jwt {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        let text = credentials.bearer().ok_or(AuthError::Missing)?;
        if text.len() > self.max_token_size {
            return Err(AuthError::invalid("token is longer than `max_token_size`"));
        }
        let token = Token::parse(text, &self.algorithms).map_err(AuthError::invalid)?;
        let claims = match self.keys().map_err(AuthError::Unavailable)? {
            #[cfg(feature = "jwks")]
            Keys::Fetched(keys) => token.claims(&*keys.key(token.key_id(), token.algorithm()).await?),
            Keys::One(key) => token.claims(&key),
        };
        let claims = claims.map_err(AuthError::invalid)?;
        self.claims.identity(claims, SystemTime::now())
    }

    fn prepare(&self) -> Result<(), BoxError> {
        self.keys().map(drop)
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("algorithms", &self.algorithms)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}
