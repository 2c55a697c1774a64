//! Tokens that an issuer is asked about.
//!
//! ```text
//!   token ──▶ its hash ──▶ remembered ──────────────────────────▶ verdict
//!                      ├─▶ being asked about ──▶ wait ──────────▶ verdict
//!                      └─▶ unknown ──▶ one request to the issuer ▶ verdict
//! ```

mod answer;
mod introspector;
mod memory;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::auth::introspection::answer::Verdict;
use crate::auth::introspection::introspector::Introspector;
use crate::auth::{Authenticate, Credentials};
use crate::endpoint::EndpointConfig;
use crate::error::{AuthError, BoxError};
use crate::identity::Identity;

/// OAuth 2.0 tokens that their issuer is asked about ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)): a rule of [`Auth`](crate::Auth).
///
/// ```
/// use websocket::{Auth, Introspection, Listener, Rule};
///
/// # let secret = "sesame";
/// let tokens = Introspection::new("https://issuer.example/introspect").client_credentials("chat", secret);
/// let listener = Listener::new(9090).auth(Auth::rule(Rule::new(tokens).scopes(["chat"])));
/// ```
///
/// Nobody is let in unless the issuer says that the token is active. While it does not answer, or not with what the RFC says, clients
/// get 503, and the next one causes another request. Redirects are not followed, and no proxy is used.
///
/// What the issuer says is remembered for a while ([`cache`](Self::cache)): so long is a token taken that was revoked meanwhile. The
/// token itself is not kept, only its SHA-256 hash. However many connect with the same token at once, there is one request for it.
///
/// The [`Identity`] has the subject (`sub`, else `username`, else `client_id`), the scopes, all that the issuer says as claims, and the
/// end of the token, with which the connection is closed; it is not asked about again while the connection is open. Whom a token is for
/// (`aud`) is the issuer's business: it knows who asks.
pub struct Introspection {
    settings: Settings,
    introspector: OnceLock<Arc<Introspector>>,
}

#[derive(Clone)]
struct Settings {
    endpoint: EndpointConfig,
    client: Option<(String, String)>,
    token_type_hint: Option<String>,
    scope_claim: String,
    default_lifetime: Duration,
    max_entries: usize,
    max_age: Duration,
    max_negative_age: Duration,
    max_requests: usize,
    max_token_size: usize,
}

impl Introspection {
    /// Names the url of the issuer's introspection endpoint, which is `https`, or on this machine.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let endpoint = EndpointConfig { max_response_size: 64 * 1024, ..EndpointConfig::new(url.into()) };
        let settings = Settings {
            endpoint,
            client: None,
            token_type_hint: None,
            scope_claim: "scope".to_owned(),
            default_lifetime: Duration::from_hours(1),
            max_entries: 10_000,
            max_age: Duration::from_mins(1),
            max_negative_age: Duration::from_secs(5),
            max_requests: 64,
            max_token_size: 16 * 1024,
        };
        Self { settings, introspector: OnceLock::new() }
    }

    /// Sets who asks, for HTTP Basic authentication ([RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)). Default:
    /// nobody in particular, which most issuers refuse.
    #[must_use]
    pub fn client_credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.settings.client = Some((id.into(), secret.into()));
        self
    }

    /// Tells the issuer of what kind the tokens are: `access_token`, for instance. Default: it finds out.
    #[must_use]
    pub fn token_type_hint(mut self, kind: impl Into<String>) -> Self {
        self.settings.token_type_hint = Some(kind.into());
        self
    }

    /// Sets which claim has the scopes: a string with spaces between them, or an array of strings. Default `scope`.
    #[must_use]
    pub fn scope_claim(mut self, name: impl Into<String>) -> Self {
        self.settings.scope_claim = name.into();
        self
    }

    /// Sets how long a token is taken whose end (`exp`) the issuer does not say, from when it was asked. Default 1 hour.
    #[must_use]
    pub fn default_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.default_lifetime = lifetime;
        self
    }

    /// Sets of how many tokens it is remembered that they are active, and for how long, which is never past their end. With none, or
    /// for no time, the issuer is asked each time. Default 10 000 for 60 s.
    #[must_use]
    pub fn cache(mut self, max_entries: usize, max_age: Duration) -> Self {
        (self.settings.max_entries, self.settings.max_age) = (max_entries, max_age);
        self
    }

    /// Sets how long it is remembered that a token is not active, of as many others. That the issuer could not be asked is not
    /// remembered. Default 5 s.
    #[must_use]
    pub fn negative_cache(mut self, max_age: Duration) -> Self {
        self.settings.max_negative_age = max_age;
        self
    }

    /// Limits how many requests there are to the issuer at once. Others wait for as long as [`timeout`](Self::timeout), then get 503. At
    /// least 1; default 64.
    #[must_use]
    pub fn max_requests(mut self, count: usize) -> Self {
        self.settings.max_requests = count;
        self
    }

    /// Limits how long a token may be, in bytes. Default 16 KiB.
    #[must_use]
    pub fn max_token_size(mut self, bytes: usize) -> Self {
        self.settings.max_token_size = bytes;
        self
    }

    /// Sets how long a request may take, with the connection and the whole answer. Default 5 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.endpoint.timeout = timeout;
        self
    }

    /// Limits the answer, in bytes. Default 64 KiB.
    #[must_use]
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.settings.endpoint.max_response_size = bytes;
        self
    }

    /// Trusts the authorities of this file alone, certificates in PEM. Default: those that the platform trusts.
    #[must_use]
    pub fn authority_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.endpoint.authority = Some(path.into());
        self
    }

    /// Asks over `http` on another machine, too: whoever is on the way there learns the tokens and the secret, and can let in anybody.
    #[must_use]
    pub fn dangerously_allow_plain_http(mut self) -> Self {
        self.settings.endpoint.is_plain_http_allowed = true;
        self
    }

    /// Returns what asks, made when it is needed first.
    fn introspector(&self) -> Result<&Arc<Introspector>, BoxError> {
        if let Some(introspector) = self.introspector.get() {
            return Ok(introspector);
        }
        let introspector = Arc::new(Introspector::new(self.settings.clone())?);
        Ok(self.introspector.get_or_init(|| introspector))
    }
}

impl Authenticate for Introspection {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        let token = credentials.bearer().ok_or(AuthError::Missing)?;
        if token.is_empty() {
            return Err(AuthError::invalid("token is empty"));
        }
        if token.len() > self.settings.max_token_size {
            return Err(AuthError::invalid("token is longer than `max_token_size`"));
        }
        let introspector = self.introspector().map_err(AuthError::Unavailable)?;
        match introspector.verdict(token).await.map_err(|failure| AuthError::Unavailable((*failure).into()))? {
            Verdict::Active(identity) if identity.has_expired() => {
                Err(AuthError::invalid_for(identity.subject(), "token has expired"))
            }
            Verdict::Active(identity) => Ok(identity),
            Verdict::Refused(reason) => Err(AuthError::invalid(reason)),
        }
    }

    fn prepare(&self) -> Result<(), BoxError> {
        self.introspector().map(drop)
    }
}

impl fmt::Debug for Introspection {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("endpoint", &self.settings.endpoint)
            .field("client", &self.settings.client.as_ref().map(|(id, _)| id))
            .finish_non_exhaustive()
    }
}
