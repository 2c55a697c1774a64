//! Who may connect: rules that find out who somebody is, and the scopes that they ask for.
//!
//! ```text
//!   request ──▶ credentials ──▶ the rules, in order ──▶ identity ──▶ scopes ──▶ upgrade function
//! ```

mod attempts;
mod authenticate;
#[cfg(feature = "certificates")]
mod certificate;
#[cfg(any(feature = "introspection", feature = "jwt"))]
mod claim;
mod credentials;
#[cfg(feature = "introspection")]
mod introspection;
#[cfg(feature = "jwt")]
mod jwt;
mod refusal;
mod scopes;
#[cfg(feature = "passwords")]
mod users;

use std::error::Error as _;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::auth::attempts::Attempts;
use crate::auth::authenticate::Authenticator;
use crate::auth::scopes::Required;
use crate::caller::login::Authority;
use crate::error::{AuthError, ConfigError};
use crate::future::BoxedFuture;
use crate::identity::Identity;
use crate::tls_info::TlsInfo;

pub use authenticate::{Authenticate, Scheme};
#[cfg(feature = "certificates")]
pub use certificate::CertificateHolders;
pub(crate) use credentials::Duplicate;
pub use credentials::{Credentials, TokenSource};
#[cfg(feature = "introspection")]
pub use introspection::Introspection;
#[cfg(feature = "jwks")]
pub use jwt::Jwks;
#[cfg(all(feature = "client", feature = "jwt"))]
pub(crate) use jwt::SigningKey;
#[cfg(feature = "jwt")]
pub use jwt::{Jwt, JwtAlgorithm};
#[cfg(feature = "passwords")]
pub use users::{Users, hash_password};

/// Who may connect to a service: the first of some rules that recognises the credentials decides.
///
/// ```
/// use websocket::{Auth, Rule};
/// # struct Tokens;
/// # impl websocket::Authenticate for Tokens {
/// #     async fn authenticate(&self, _: &websocket::Credentials<'_>) -> Result<websocket::Identity, websocket::AuthError> {
/// #         Err(websocket::AuthError::Missing)
/// #     }
/// # }
/// # struct Badges;
/// # impl websocket::Authenticate for Badges {
/// #     async fn authenticate(&self, _: &websocket::Credentials<'_>) -> Result<websocket::Identity, websocket::AuthError> {
/// #         Err(websocket::AuthError::Missing)
/// #     }
/// # }
///
/// fn members() -> Auth {
///     Auth::rule(Rule::new(Tokens).scopes(["chat"])).or(Badges).realm("chat")
/// }
///
/// struct Chat;
///
/// #[websocket::service(path = "/chat", auth = members())]
/// impl Chat {
///     #[upgrade]
///     fn connect() -> Self {
///         Self
///     }
/// #   #[remote] fn on_text_message(&mut self, text: String) -> String { text }
/// }
/// ```
///
/// All of this happens before the upgrade function. A client that no rule recognises gets 401 with `WWW-Authenticate`, one without the
/// scopes 403, one that shows two things at once 400, and all get 503 while a rule cannot find out. The upgrade function and the callbacks
/// learn the [`Identity`] from [`UpgradeRequest::identity`](crate::UpgradeRequest::identity) and
/// [`Caller::identity`](crate::Caller::identity).
#[derive(Clone, Debug)]
#[must_use = "it does nothing until a listener or a service has it"]
pub struct Auth {
    rules: Vec<Rule>,
    sources: Vec<TokenSource>,
    realm: String,
    attempts: Arc<Attempts>,
}

/// A rule of [`Auth`], and the scopes that it asks for.
#[derive(Clone)]
#[must_use = "it does nothing until `Auth` has it"]
pub struct Rule {
    authenticator: Arc<dyn Authenticator>,
    required: Required,
}

/// Why somebody is not let in.
#[derive(Debug)]
pub(crate) enum Denied {
    Forbidden {
        identity: Box<Identity>,
        scopes: String,
    },
    /// More than one thing is shown.
    Duplicate,
    Unavailable(AuthError),
    /// Of each rule, what it says.
    Unknown(Vec<AuthError>),
}

impl Auth {
    /// Lets everybody in, also on a listener that has rules.
    pub fn none() -> Self {
        Self { rules: Vec::new(), sources: Vec::new(), realm: "websocket".to_owned(), attempts: attempts(100) }
    }

    /// Lets in whom this rule recognises.
    pub fn rule(rule: impl Into<Rule>) -> Self {
        Self::none().or(rule)
    }

    /// Asks this rule where those before it do not recognise the credentials. One that recognises them, and misses a scope, is the
    /// last to be asked.
    pub fn or(mut self, rule: impl Into<Rule>) -> Self {
        self.rules.push(rule.into());
        self
    }

    /// Looks for tokens there too. Default: in the header `Authorization` alone.
    pub fn token_from(mut self, source: TokenSource) -> Self {
        self.sources.push(source);
        self
    }

    /// Names what is protected, for the person whom a client asks for a password. Default `websocket`.
    pub fn realm(mut self, name: impl Into<String>) -> Self {
        self.realm = name.into();
        self
    }

    /// Limits how often an address may show wrong credentials in a minute; an IPv6 network of 64 bits counts as one address. Whoever
    /// has done so more often gets 429 with `Retry-After` until the minute is over, whatever it shows. At least 1; default 100.
    ///
    /// Credentials that are just being looked at do not count yet.
    pub fn max_failures(mut self, per_minute: u32) -> Self {
        self.attempts = attempts(per_minute);
        self
    }

    pub(crate) fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    pub(crate) fn is_open(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn sources(&self) -> &[TokenSource] {
        &self.sources
    }

    /// # Errors
    /// The first mistake of a rule.
    pub(crate) fn prepare(&self, service: Option<&'static str>) -> Result<(), ConfigError> {
        let invalid = |reason: String| ConfigError::Auth { service, reason };
        let is_quotable = self.realm.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\');
        if !is_quotable {
            return Err(invalid("realm must be visible ASCII without quotes and backslashes".to_owned()));
        }
        if self.attempts.limit() == 0 {
            return Err(invalid("max_failures must be at least 1".to_owned()));
        }
        for rule in &self.rules {
            if let Some(mistake) = rule.required.mistake() {
                return Err(invalid(mistake.to_owned()));
            }
            rule.authenticator.prepare().map_err(|error| invalid(error.to_string()))?;
        }
        Ok(())
    }

    /// Asks the rules.
    ///
    /// # Errors
    /// None of them lets these credentials in.
    pub(crate) async fn identify(&self, credentials: &Credentials<'_>) -> Result<Identity, Denied> {
        let mut failures = Vec::new();
        if credentials.is_unreadable() {
            return Err(Denied::Unknown(vec![AuthError::invalid("credentials cannot be read")]));
        }
        for Rule { authenticator, required } in &self.rules {
            match authenticator.authenticate(credentials).await {
                Ok(identity) if identity.has_expired() => {
                    failures.push(AuthError::invalid_for(identity.subject(), "credentials have expired"));
                }
                Ok(identity) if required.is_met_by(&identity) => return Ok(identity),
                Ok(identity) => {
                    return Err(Denied::Forbidden { identity: Box::new(identity), scopes: required.names() });
                }
                Err(error) => failures.push(error),
            }
        }
        let unavailable = failures.iter().position(|error| matches!(error, AuthError::Unavailable(_)));
        Err(match unavailable {
            Some(index) => Denied::Unavailable(failures.swap_remove(index)),
            None => Denied::Unknown(failures),
        })
    }

    /// Returns the values of `WWW-Authenticate` ([RFC 9110 §11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)) for somebody who is
    /// not let in: one for each scheme.
    fn challenges(&self, denied: &Denied) -> Vec<String> {
        let mut challenges: Vec<(Scheme, String)> = Vec::new();
        for scheme in self.rules.iter().map(|rule| rule.authenticator.scheme()) {
            if challenges.iter().any(|(known, _)| *known == scheme) {
                continue;
            }
            let mut challenge = format!("{} realm=\"{}\"", scheme.name(), self.realm);
            match scheme {
                // The password may have any characters.
                Scheme::BASIC => challenge.push_str(", charset=\"UTF-8\""),
                Scheme::BEARER => challenge.push_str(&denied.bearer_error()),
                _ => {}
            }
            challenges.push((scheme, challenge));
        }
        challenges.into_iter().map(|(_, challenge)| challenge).collect()
    }
}

fn attempts(limit: u32) -> Arc<Attempts> {
    Arc::new(Attempts::new(limit))
}

impl Rule {
    /// Takes a rule that lets in whomever it recognises.
    pub fn new(authenticator: impl Authenticate) -> Self {
        Self { authenticator: Arc::new(authenticator), required: Required::Nothing }
    }

    /// Asks for one of these scopes at least.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.required = Required::AnyOf(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Asks for all of these scopes.
    pub fn all_of<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.required = Required::AllOf(scopes.into_iter().map(Into::into).collect());
        self
    }
}

impl Denied {
    /// Returns the parameters of the Bearer challenge ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)): none for somebody who
    /// showed nothing.
    fn bearer_error(&self) -> String {
        match self {
            Self::Forbidden { scopes, .. } => format!(", error=\"insufficient_scope\", scope=\"{scopes}\""),
            Self::Duplicate => ", error=\"invalid_request\"".to_owned(),
            Self::Unknown(_) if self.is_wrong() => ", error=\"invalid_token\"".to_owned(),
            Self::Unavailable(_) | Self::Unknown(_) => String::new(),
        }
    }
}

impl Denied {
    /// Returns whether somebody may be guessing.
    pub(crate) fn is_wrong(&self) -> bool {
        match self {
            Self::Unknown(failures) => failures.iter().any(|failure| matches!(failure, AuthError::Invalid { .. })),
            Self::Duplicate | Self::Forbidden { .. } | Self::Unavailable(_) => false,
        }
    }

    /// Returns whom the credentials belong to, or are said to.
    pub(crate) fn subject(&self) -> Option<&str> {
        match self {
            Self::Forbidden { identity, .. } => Some(identity.subject()),
            Self::Duplicate | Self::Unavailable(_) => None,
            Self::Unknown(failures) => failures.iter().find_map(|failure| match failure {
                AuthError::Invalid { subject, .. } => subject.as_deref(),
                _ => None,
            }),
        }
    }
}

impl fmt::Display for Denied {
    /// For the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden { scopes, .. } => write!(f, "scopes are missing: {scopes}"),
            Self::Duplicate => f.write_str("credentials are shown twice"),
            Self::Unavailable(error) => match error.source() {
                Some(cause) => write!(f, "{error}: {cause}"),
                None => error.fmt(f),
            },
            Self::Unknown(failures) => {
                let mut reasons = failures.iter().filter(|failure| !matches!(failure, AuthError::Missing)).peekable();
                if reasons.peek().is_none() {
                    return f.write_str("no credentials that a rule knows");
                }
                let reasons: Vec<_> = reasons.map(ToString::to_string).collect();
                f.write_str(&reasons.join("; "))
            }
        }
    }
}

impl Authority for Auth {
    fn identify<'a>(
        &'a self,
        token: &'a str,
        remote_addr: Option<SocketAddr>,
        tls: Option<&'a TlsInfo>,
    ) -> BoxedFuture<'a, Result<Identity, AuthError>> {
        Box::pin(async move {
            let credentials = Credentials::token(token, remote_addr, tls);
            Auth::identify(self, &credentials).await.map_err(|denied| match denied {
                Denied::Unavailable(error) => error,
                Denied::Unknown(failures) if failures.iter().all(|failure| matches!(failure, AuthError::Missing)) => {
                    AuthError::Missing
                }
                denied => AuthError::Invalid {
                    subject: denied.subject().map(str::to_owned),
                    reason: denied.to_string().into(),
                },
            })
        })
    }
}

impl From<Duplicate> for Denied {
    fn from(_: Duplicate) -> Self {
        Self::Duplicate
    }
}

impl<A: Authenticate> From<A> for Rule {
    fn from(authenticator: A) -> Self {
        Self::new(authenticator)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.authenticator.scheme();
        f.debug_struct("Rule").field("scheme", &scheme.name()).field("required", &self.required).finish_non_exhaustive()
    }
}
