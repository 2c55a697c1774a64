//! The keys of an issuer, from where it publishes them.
//!
//! ```text
//!   key id ──▶ known, and fresh ──────────────────▶ the key
//!          ├─▶ known, and stale ──▶ one fetch ┄┄┄▶ the key, at once
//!          └─▶ unknown ───────────▶ one fetch ───▶ the key, or none
//! ```

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::ACCEPT;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::auth::jwt::algorithm::JwtAlgorithm;
use crate::auth::jwt::key::Key;
use crate::auth::jwt::key_set::KeySet;
use crate::caller::shared::lock;
use crate::endpoint::{Endpoint, EndpointConfig};
use crate::error::{AuthError, BoxError};
use crate::log;

/// Where an issuer publishes its keys ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)), for
/// [`Jwt::with_jwks`](crate::Jwt::with_jwks).
///
/// ```no_run
/// use std::time::Duration;
/// use websocket::{Jwks, Jwt, JwtAlgorithm};
///
/// let keys = Jwks::new("https://issuer.example/.well-known/jwks.json").max_age(Duration::from_secs(600));
/// let tokens = Jwt::with_jwks([JwtAlgorithm::RS256], keys).audience("https://chat.example");
/// ```
///
/// The keys are fetched when the first token comes, and again when they are old, or a token names a key that is not among them. There is
/// one fetch at a time, however many wait for it; redirects are not followed, and no proxy is used. While it fails, the keys that are known are used for
/// as long as [`max_stale`](Self::max_stale) says; where none is known, nobody is let in, and clients get 503.
///
/// Keys that are not for signatures (`use`, `key_ops`), or for none of the algorithms (`kty`, `alg`), are left out, secrets too. A key
/// without an id (`kid`) is used only if it is alone.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `Jwt` has it"]
pub struct Jwks {
    endpoint: EndpointConfig,
    max_age: Duration,
    max_stale: Duration,
    min_interval: Duration,
}

/// The keys that were fetched last, and what it takes to fetch them again.
pub(super) struct Cache {
    settings: Jwks,
    endpoint: Endpoint,
    algorithms: Vec<JwtAlgorithm>,
    state: Mutex<State>,
    /// How many fetches have ended.
    fetches: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    keys: Option<(KeySet, Instant)>,
    /// When a fetch began last.
    begun: Option<Instant>,
    is_fetching: bool,
    /// Why the last one failed.
    failure: Option<String>,
}

/// A fetch that is under way. It ends, whatever becomes of its task.
struct Fetch(Arc<Cache>);

impl Jwks {
    /// Names the url, which is `https`, or on this machine.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            endpoint: EndpointConfig::new(url.into()),
            max_age: Duration::from_hours(1),
            max_stale: Duration::from_hours(24),
            min_interval: Duration::from_secs(10),
        }
    }

    /// Trusts the authorities of this file alone, certificates in PEM. Default: those that the platform trusts.
    pub fn authority_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.endpoint.authority = Some(path.into());
        self
    }

    /// Sets how long keys are used before they are fetched again. A token whose key is known does not wait for that. Default 1 hour.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Sets how long keys that are older than [`max_age`](Self::max_age) are used while they cannot be fetched: so long is a key taken that
    /// the issuer has withdrawn meanwhile. Default 24 hours.
    pub fn max_stale(mut self, age: Duration) -> Self {
        self.max_stale = age;
        self
    }

    /// Sets the least time from the beginning of a fetch to that of the next, whatever tokens name and whether it fails or not. Default
    /// 10 s; not over [`max_age`](Self::max_age).
    ///
    /// An issuer that signs with a new key as soon as it publishes it has some of its tokens refused for so long.
    pub fn min_interval(mut self, interval: Duration) -> Self {
        self.min_interval = interval;
        self
    }

    /// Sets how long a fetch may take, with the connection and the whole answer. Default 5 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.endpoint.timeout = timeout;
        self
    }

    /// Limits the answer, in bytes. Default 256 KiB.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.endpoint.max_response_size = bytes;
        self
    }

    /// Takes keys over `http` from another machine, too: whoever is on the way there can replace them, and sign whatever they like.
    pub fn dangerously_allow_plain_http(mut self) -> Self {
        self.endpoint.is_plain_http_allowed = true;
        self
    }

    /// # Errors
    /// What is wrong with the settings.
    pub(super) fn prepare(&self, algorithms: &[JwtAlgorithm]) -> Result<Cache, BoxError> {
        if algorithms.is_empty() {
            return Err("no algorithm is accepted".into());
        }
        if let Some(algorithm) = algorithms.iter().find(|algorithm| algorithm.is_for_secrets()) {
            return Err(format!("`{algorithm}` does not go with a public key").into());
        }
        if self.min_interval > self.max_age {
            return Err("min_interval of the keys must not be over max_age".into());
        }
        Ok(Cache {
            settings: self.clone(),
            endpoint: self.endpoint.prepare()?,
            algorithms: algorithms.to_vec(),
            state: Mutex::default(),
            fetches: watch::Sender::new(0),
        })
    }
}

impl From<&str> for Jwks {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for Jwks {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}

impl Cache {
    /// Returns the key that a token names.
    ///
    /// # Errors
    /// The issuer has none, or cannot be asked.
    pub(super) async fn key(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: JwtAlgorithm,
    ) -> Result<Arc<Key>, AuthError> {
        let known = lock(&self.state).find(id, algorithm);
        match known {
            Some((key, age)) if age <= self.settings.max_age => return Ok(key),
            Some((key, age)) if age <= self.settings.max_age.saturating_add(self.settings.max_stale) => {
                self.begin_fetch();
                return Ok(key);
            }
            _ => {}
        }
        // Before there is anything to miss.
        let mut fetches = self.fetches.subscribe();
        if self.begin_fetch() {
            // The sender is in here.
            let _ = fetches.changed().await;
        }
        let state = lock(&self.state);
        match (&state.failure, state.find(id, algorithm)) {
            (Some(failure), _) => Err(AuthError::Unavailable(failure.as_str().into())),
            (None, Some((key, _))) => Ok(key),
            (None, None) => Err(AuthError::invalid("token is signed with a key that the issuer does not publish")),
        }
    }

    /// Returns whether a fetch is under way now. Its task is its own: it goes on when the client that caused it is gone.
    fn begin_fetch(self: &Arc<Self>) -> bool {
        let mut state = lock(&self.state);
        if state.is_fetching {
            return true;
        }
        if state.begun.is_some_and(|begun| begun.elapsed() < self.settings.min_interval) {
            return false;
        }
        (state.is_fetching, state.begun) = (true, Some(Instant::now()));
        drop(state);
        let fetch = Fetch(Arc::clone(self));
        tokio::spawn(async move {
            let fetched = fetch.0.fetch().await;
            fetch.end(fetched);
        });
        true
    }

    async fn fetch(&self) -> Result<KeySet, BoxError> {
        let request = Request::get("/").header(ACCEPT, "application/jwk-set+json, application/json");
        let answer = self.endpoint.ask(request, Bytes::new()).await?;
        Ok(KeySet::parse(&answer, &self.algorithms)?)
    }
}

impl State {
    /// Returns a key, and how old it is.
    fn find(&self, id: Option<&str>, algorithm: JwtAlgorithm) -> Option<(Arc<Key>, Duration)> {
        let (keys, fetched) = self.keys.as_ref()?;
        keys.find(id, algorithm).map(|key| (Arc::clone(key), fetched.elapsed()))
    }
}

impl Fetch {
    fn end(self, fetched: Result<KeySet, BoxError>) {
        let url = &self.0.settings.endpoint.url;
        if let Err(error) = &fetched {
            log::keys_not_fetched(url, error);
        }
        let mut state = lock(&self.0.state);
        state.is_fetching = false;
        match fetched {
            Ok(keys) => (state.keys, state.failure) = (Some((keys, Instant::now())), None),
            Err(error) => state.failure = Some(format!("keys could not be fetched from {url}: {error}")),
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        if state.is_fetching {
            state.is_fetching = false;
            state.failure = Some("the fetch of keys was broken off".to_owned());
        }
        drop(state);
        self.0.fetches.send_modify(|count| *count += 1);
    }
}
