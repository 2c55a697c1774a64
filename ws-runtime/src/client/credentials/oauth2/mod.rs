//! Tokens that an authorization server gives to a client.
//!
//! ```text
//!   a connection ──▶ the token is still good ──────────────────────▶ the token
//!                └─▶ there is none ──▶ fetch: one request at a time ▶ answer: what it says ▶ the token, kept
//! ```

mod answer;
mod fetch;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::client::credentials::Authorize;
use crate::client::credentials::oauth2::fetch::{Fetcher, State};
use crate::endpoint::EndpointConfig;
use crate::error::{BoxError, CredentialsError};

/// OAuth 2.0 tokens ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749)), which an authorization server gives to a client.
///
/// ```no_run
/// # async fn example(secret: &str) -> websocket::Result<()> {
/// use websocket::{Client, OAuth2};
///
/// let tokens = OAuth2::client_credentials("https://issuer.example/token", "chat", secret).scopes(["read"]);
/// let client = Client::builder("wss://chat.example/").credentials(tokens).connect().await?;
/// # drop(client);
/// # Ok(())
/// # }
/// ```
///
/// A token is kept until shortly before its end, and a new one fetched when a client connects after that, or when the server has refused
/// the old one with 401. However many clones of a builder connect at once, there is one request. It goes on when the client that caused
/// it is gone. A new refresh token takes the place of the one before.
///
/// While the authorization server does not answer, answers with status 5xx, 408, or 429, or with what the RFC does not know, it is
/// [`CredentialsError::Unavailable`]; any other status is [`CredentialsError::Refused`], a redirect included, with the error that it
/// names. No proxy is used.
pub struct OAuth2 {
    settings: Settings,
    /// Made when it is needed first.
    fetcher: OnceLock<Arc<Fetcher>>,
    /// Held while a token is fetched.
    state: Arc<Mutex<State>>,
}

#[derive(Clone)]
struct Settings {
    endpoint: EndpointConfig,
    grant: Grant,
    client: Option<(String, String)>,
    is_client_in_body: bool,
    scopes: Vec<String>,
    parameters: Vec<(String, String)>,
    clock_skew: Duration,
    default_lifetime: Duration,
}

/// What a token is given for.
#[derive(Clone)]
enum Grant {
    ClientCredentials,
    Password { user: String, password: String },
    RefreshToken(String),
}

impl OAuth2 {
    /// Asks for tokens as the client itself ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)). The url of the token
    /// endpoint is `https`, or on this machine.
    #[must_use]
    pub fn client_credentials(url: impl Into<String>, id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::new(url.into(), Grant::ClientCredentials).client(id, secret)
    }

    /// Asks for tokens with somebody's password ([RFC 6749 §4.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.3)), for authorization
    /// servers that still do that; with the refresh token, if they give one, from then on.
    #[must_use]
    pub fn password(url: impl Into<String>, user: impl Into<String>, password: impl Into<String>) -> Self {
        Self::new(url.into(), Grant::Password { user: user.into(), password: password.into() })
    }

    /// Asks for tokens with a refresh token ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)) that somebody was given. The
    /// one that comes in its place is used from then on, and is gone with the process.
    #[must_use]
    pub fn refresh_token(url: impl Into<String>, token: impl Into<String>) -> Self {
        Self::new(url.into(), Grant::RefreshToken(token.into()))
    }

    fn new(url: String, grant: Grant) -> Self {
        let endpoint = EndpointConfig { max_response_size: 64 * 1024, ..EndpointConfig::new(url) };
        let settings = Settings {
            endpoint,
            grant,
            client: None,
            is_client_in_body: false,
            scopes: Vec::new(),
            parameters: Vec::new(),
            clock_skew: Duration::from_secs(10),
            default_lifetime: Duration::from_hours(1),
        };
        Self { settings, fetcher: OnceLock::new(), state: Arc::default() }
    }

    /// Sets which client asks, by HTTP Basic authentication
    /// ([RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)). Default, with a password or a refresh token: none; one
    /// without a secret is a [`parameter`](Self::parameter), `client_id`.
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.settings.client = Some((id.into(), secret.into()));
        self
    }

    /// Says which client asks in the body of the request, for authorization servers that do not know Basic authentication. Default: in
    /// the header.
    #[must_use]
    pub fn client_in_body(mut self) -> Self {
        self.settings.is_client_in_body = true;
        self
    }

    /// Asks for these scopes. Default: those that the authorization server gives by itself.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.settings.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a parameter to the request: `audience`, for instance. Those of the grant itself cannot be set. Default: none.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.parameters.push((name.into(), value.into()));
        self
    }

    /// Sets how long before its end a token is not used any more: clocks may differ, and a handshake takes its time. Default 10 s.
    #[must_use]
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.settings.clock_skew = skew;
        self
    }

    /// Sets how long a token is used whose end (`expires_in`) the authorization server does not say. Default 1 hour.
    #[must_use]
    pub fn default_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.default_lifetime = lifetime;
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

    /// Asks over `http` on another machine, too: whoever is on the way there learns the tokens and the secret.
    #[must_use]
    pub fn dangerously_allow_plain_http(mut self) -> Self {
        self.settings.endpoint.is_plain_http_allowed = true;
        self
    }

    fn fetcher(&self) -> Result<&Arc<Fetcher>, BoxError> {
        if let Some(fetcher) = self.fetcher.get() {
            return Ok(fetcher);
        }
        let fetcher = Arc::new(Fetcher::new(self.settings.clone())?);
        Ok(self.fetcher.get_or_init(|| fetcher))
    }
}

impl Authorize for OAuth2 {
    async fn authorization(&self) -> Result<HeaderValue, CredentialsError> {
        let mut state = Arc::clone(&self.state).lock_owned().await;
        if let Some(token) = &state.token
            && Instant::now() < token.end
        {
            return Ok(token.value.clone());
        }
        let fetcher = Arc::clone(self.fetcher().map_err(CredentialsError::refused)?);
        // A task of its own: a refresh token can often be used once, and the one in its place must not be lost with who waits for it.
        let fetching = tokio::spawn(async move { fetcher.renew(&mut state).await });
        fetching.await.map_err(CredentialsError::unavailable)?
    }

    async fn refused(&self, value: &HeaderValue) -> bool {
        let mut state = self.state.lock().await;
        state.token.take_if(|token| token.value == value);
        true
    }

    fn prepare(&self) -> Result<(), BoxError> {
        self.fetcher().map(drop)
    }
}

impl fmt::Debug for OAuth2 {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth2")
            .field("endpoint", &self.settings.endpoint)
            .field("client", &self.settings.client.as_ref().map(|(id, _)| id))
            .field("scopes", &self.settings.scopes)
            .finish_non_exhaustive()
    }
}
