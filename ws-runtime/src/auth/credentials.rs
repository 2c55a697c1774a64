//! What a request shows of who sends it.

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, HeaderName};

use crate::tls_info::TlsInfo;
use crate::upgrade::UpgradeRequest;

/// What a client shows of who it is, for [`Authenticate`](crate::Authenticate).
///
/// Its `Debug` output has no secrets.
pub struct Credentials<'r> {
    shown: Shown<'r>,
    request: Option<&'r UpgradeRequest>,
    remote_addr: Option<SocketAddr>,
    tls: Option<&'r TlsInfo>,
}

/// A name and a password, or a token.
enum Shown<'r> {
    Basic {
        user: String,
        password: String,
    },
    Bearer(Cow<'r, str>),
    /// Nothing, or what belongs to no scheme that is known.
    Nothing,
    /// Something that breaks the rules of its scheme.
    Unreadable,
}

/// Where a client may put a token, beside the header `Authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenSource {
    /// The cookie of this name. Browsers send it to every page's request: let [`Origins`](crate::Origins) be strict.
    Cookie(String),
    /// The query parameter of this name. Whoever writes access logs in front of this server writes the token down: let it live for
    /// seconds.
    Query(String),
    /// An offered subprotocol `bearer.<token>`, beside the real one. It is never answered.
    Subprotocol,
}

/// A request shows more than one thing ([RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1), `invalid_request`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate;

impl<'r> Credentials<'r> {
    /// Finds what a request shows.
    ///
    /// # Errors
    /// It shows more than one thing.
    pub(crate) fn of(request: &'r UpgradeRequest, sources: &[TokenSource]) -> Result<Self, Duplicate> {
        let mut found = sources.iter().filter_map(|source| source.token(request));
        let in_header = authorization(request.headers())?;
        let shown = match (in_header, found.next()) {
            (None, None) => Shown::Nothing,
            (Some(shown), None) => shown,
            (None, Some(token)) => Shown::Bearer(token),
            (Some(_), Some(_)) => return Err(Duplicate),
        };
        if found.next().is_some() {
            return Err(Duplicate);
        }
        Ok(Self { shown, request: Some(request), remote_addr: request.remote_addr(), tls: request.tls() })
    }

    /// Takes a token that came in another way.
    pub(crate) fn token(token: &'r str, remote_addr: Option<SocketAddr>, tls: Option<&'r TlsInfo>) -> Self {
        Self { shown: Shown::Bearer(Cow::Borrowed(token)), request: None, remote_addr, tls }
    }

    /// Returns the user name and the password of Basic authentication ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
    #[must_use]
    pub fn basic(&self) -> Option<(&str, &str)> {
        match &self.shown {
            Shown::Basic { user, password } => Some((user, password)),
            Shown::Bearer(_) | Shown::Nothing | Shown::Unreadable => None,
        }
    }

    /// Returns the token ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)), wherever it was put.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        match &self.shown {
            Shown::Bearer(token) => Some(token),
            Shown::Basic { .. } | Shown::Nothing | Shown::Unreadable => None,
        }
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self.shown, Shown::Unreadable)
    }

    /// Returns the request, for what else it says.
    #[must_use]
    pub fn request(&self) -> Option<&UpgradeRequest> {
        self.request
    }

    /// Returns the address of the client, where the server knows it.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.remote_addr
    }

    /// Returns the TLS of the connection, with the certificate that the client showed.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.tls
    }
}

/// Reads the header `Authorization`. Schemes are compared without case ([RFC 9110 §11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)).
///
/// # Errors
/// There are two.
fn authorization(headers: &HeaderMap) -> Result<Option<Shown<'_>>, Duplicate> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Duplicate);
    }
    let Some((scheme, rest)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else {
        return Ok(Some(Shown::Unreadable));
    };
    let rest = rest.trim_matches(' ');
    Ok(Some(match scheme {
        _ if scheme.eq_ignore_ascii_case("basic") => basic(rest).unwrap_or(Shown::Unreadable),
        _ if scheme.eq_ignore_ascii_case("bearer") && is_token(rest) => Shown::Bearer(Cow::Borrowed(rest)),
        _ if scheme.eq_ignore_ascii_case("bearer") => Shown::Unreadable,
        // A scheme of somebody else's: it is as if nothing had been shown.
        _ => Shown::Nothing,
    }))
}

/// Reads a user name and a password ([RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)).
fn basic(encoded: &str) -> Option<Shown<'static>> {
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = pair.split_once(':')?;
    Some(Shown::Basic { user: user.to_owned(), password: password.to_owned() })
}

/// Returns whether this is a `b64token` ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

impl TokenSource {
    fn token<'r>(&self, request: &'r UpgradeRequest) -> Option<Cow<'r, str>> {
        match self {
            Self::Cookie(name) => {
                let cookies = texts(request.headers(), &COOKIE).flat_map(|value| value.split(';'));
                let pairs = cookies.filter_map(|cookie| cookie.trim().split_once('='));
                pairs.filter(|(found, _)| found == name).map(|(_, value)| Cow::Borrowed(value)).next()
            }
            Self::Query(name) => request.query_values(name).next().map(Cow::Owned),
            Self::Subprotocol => {
                let offers = texts(request.headers(), &SEC_WEBSOCKET_PROTOCOL).flat_map(|value| value.split(','));
                offers.filter_map(|offer| offer.trim().strip_prefix("bearer.")).map(Cow::Borrowed).next()
            }
        }
    }
}

fn texts<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match &self.shown {
            Shown::Basic { .. } => "Basic",
            Shown::Bearer(_) => "Bearer",
            Shown::Nothing => "nothing",
            Shown::Unreadable => "something unreadable",
        };
        f.debug_struct("Credentials")
            .field("shown", &shown)
            .field("remote_addr", &self.remote_addr)
            .finish_non_exhaustive()
    }
}
