//! Tokens that a client signs itself.

use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use serde_json::{Map, Value};

use crate::auth::{JwtAlgorithm, SigningKey};
use crate::client::credentials::Authorize;
use crate::error::{BoxError, CredentialsError};

/// JSON Web Tokens ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)) that a client signs itself, a new one for each connection.
///
/// ```no_run
/// # async fn example() -> websocket::Result<()> {
/// use websocket::{Client, JwtAlgorithm, JwtIssuer};
///
/// let tokens = JwtIssuer::with_private_key_file(JwtAlgorithm::ES256, "key.pem")
///     .issuer("https://ann.example")
///     .subject("ann")
///     .audience("https://chat.example");
/// let client = Client::builder("wss://chat.example/").credentials(tokens).connect().await?;
/// # drop(client);
/// # Ok(())
/// # }
/// ```
///
/// A token says when it was made (`iat`) and when it ends (`exp`), and what else it is told to say. Only `wss://` keeps it from whoever is
/// on the way.
pub struct JwtIssuer {
    algorithm: JwtAlgorithm,
    source: Source,
    /// Read when it is needed first.
    key: OnceLock<SigningKey>,
    key_id: Option<String>,
    audience: Vec<String>,
    claims: Map<String, Value>,
    lifetime: Duration,
}

/// Where the key is.
enum Source {
    Pem(Vec<u8>),
    PemFile(PathBuf),
    Secret(Vec<u8>),
}

impl JwtIssuer {
    /// Signs with a secret: bytes, as they are. It must be as long as the hash of the algorithm
    /// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)): 32 bytes for [`HS256`](JwtAlgorithm::HS256).
    #[must_use]
    pub fn with_secret(algorithm: JwtAlgorithm, secret: impl Into<Vec<u8>>) -> Self {
        Self::new(algorithm, Source::Secret(secret.into()))
    }

    /// Signs with a private key in PEM: PKCS#8, PKCS#1, or SEC1, not encrypted. RSA keys have 2048 bits at least.
    #[must_use]
    pub fn with_private_key_pem(algorithm: JwtAlgorithm, pem: impl Into<Vec<u8>>) -> Self {
        Self::new(algorithm, Source::Pem(pem.into()))
    }

    /// Reads the private key from a file when the client connects first. It is not read again.
    #[must_use]
    pub fn with_private_key_file(algorithm: JwtAlgorithm, path: impl Into<PathBuf>) -> Self {
        Self::new(algorithm, Source::PemFile(path.into()))
    }

    fn new(algorithm: JwtAlgorithm, source: Source) -> Self {
        Self {
            algorithm,
            source,
            key: OnceLock::new(),
            key_id: None,
            audience: Vec::new(),
            claims: Map::new(),
            lifetime: Duration::from_mins(5),
        }
    }

    /// Says who has signed (`iss`). Default: nothing.
    #[must_use]
    pub fn issuer(self, name: impl Into<String>) -> Self {
        self.claim("iss", name.into())
    }

    /// Says whom the token is about (`sub`). Default: nothing.
    #[must_use]
    pub fn subject(self, name: impl Into<String>) -> Self {
        self.claim("sub", name.into())
    }

    /// Says for whom the token is (`aud`); another call adds another name. Default: nothing.
    #[must_use]
    pub fn audience(mut self, name: impl Into<String>) -> Self {
        self.audience.push(name.into());
        self
    }

    /// Says which key has signed (`kid`), to an issuer that has several. Default: nothing.
    #[must_use]
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// Sets how long a token is good for, from when it was made (`exp`). Whole seconds; default 300 s.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Adds a claim, or replaces the one of that name. `iat`, `exp`, and `aud` have methods of their own.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Makes a token.
    fn token(&self, now: SystemTime) -> Result<String, BoxError> {
        let now = now.duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let mut claims = self.claims.clone();
        match self.audience.as_slice() {
            [] => {}
            [one] => drop(claims.insert("aud".to_owned(), one.as_str().into())),
            several => drop(claims.insert("aud".to_owned(), several.into())),
        }
        claims.insert("iat".to_owned(), now.into());
        claims.insert("exp".to_owned(), now.saturating_add(self.lifetime.as_secs()).into());
        self.key()?.sign(self.key_id.as_deref(), &Value::Object(claims)).map_err(Into::into)
    }

    fn key(&self) -> Result<&SigningKey, BoxError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = match &self.source {
            Source::Pem(pem) => SigningKey::from_pem(self.algorithm, pem)?,
            Source::PemFile(path) => {
                let failure = |reason: String| format!("{}: {reason}", path.display());
                let pem = std::fs::read(path).map_err(|error| failure(error.to_string()))?;
                SigningKey::from_pem(self.algorithm, &pem).map_err(failure)?
            }
            Source::Secret(secret) => SigningKey::from_secret(self.algorithm, secret)?,
        };
        Ok(self.key.get_or_init(|| key))
    }
}

impl Authorize for JwtIssuer {
    async fn authorization(&self) -> Result<HeaderValue, CredentialsError> {
        let token = self.token(SystemTime::now()).map_err(CredentialsError::refused)?;
        HeaderValue::try_from(format!("Bearer {token}")).map_err(CredentialsError::refused)
    }

    fn prepare(&self) -> Result<(), BoxError> {
        if let Some(name) = ["iat", "exp", "aud"].into_iter().find(|name| self.claims.contains_key(*name)) {
            return Err(format!("claim `{name}` of the token cannot be set by `claim`").into());
        }
        if self.lifetime.as_secs() == 0 {
            return Err("lifetime of the token must be at least 1 s".into());
        }
        self.key().map(drop)
    }
}

impl fmt::Debug for JwtIssuer {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtIssuer")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .field("audience", &self.audience)
            .field("claims", &self.claims)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
