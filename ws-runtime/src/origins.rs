//! Which web pages may open a connection: browsers let every page connect to every server, with the user's cookies, and leave the
//! decision to the server ([RFC 6455 §10.2](https://www.rfc-editor.org/rfc/rfc6455#section-10.2)).

use std::fmt;

use http::HeaderMap;
use http::header::ORIGIN;
use ws_core::origin::{InvalidOrigin, canonical};

/// The web pages that may connect: those whose `Origin` is allowed. Others are refused with 403.
///
/// Default: [`same`](Self::same). A client that is no browser sends no `Origin`, and is always allowed: this protects users
/// from foreign pages, not the server from foreign programs. Origins are compared exactly: scheme, host, and port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Policy);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Policy {
    Any,
    Invalid(InvalidOrigin),
    /// In their one spelling.
    Only(Vec<String>),
    #[default]
    Same,
}

/// How the client reaches this server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached<'r> {
    /// `None` where that is not known.
    pub(crate) is_secure: Option<bool>,
    /// The host, with the port if there is one.
    pub(crate) authority: Option<&'r str>,
}

/// Why a page may not connect.
#[derive(Debug)]
pub(crate) enum ForeignOrigin {
    /// The header is no origin, or occurs twice.
    Malformed,
    /// It is none of those that are listed.
    NotListed(String),
    /// It is not where the page's own server would be.
    NotSame { origin: String, own: Option<String> },
}

impl Origins {
    /// Allows pages that come from where they connect to: the same scheme (`http` beside `ws`, `https` beside `wss`), host, and port.
    ///
    /// Behind a proxy that ends TLS, the server sees neither scheme nor, maybe, host: tell it whom to believe with
    /// [`trusted_proxies`](crate::Listener::trusted_proxies). In a server of somebody else, where the scheme is not known, host and port
    /// are compared.
    #[must_use]
    pub fn same() -> Self {
        Self(Policy::Same)
    }

    /// Allows every page. For services that know nothing about their users, and do nothing for them.
    #[must_use]
    pub fn any() -> Self {
        Self(Policy::Any)
    }

    /// Allows pages from these origins (`https://example.com`, `http://localhost:8080`) and no others, the server's own neither,
    /// unless it is among them. `null` stands for all pages without an origin of their own. A text that is no origin is an error
    /// when the listener binds.
    #[must_use]
    pub fn only<O: AsRef<str>>(origins: impl IntoIterator<Item = O>) -> Self {
        let origins: Result<_, _> = origins.into_iter().map(|origin| canonical(origin.as_ref())).collect();
        Self(origins.map_or_else(Policy::Invalid, Policy::Only))
    }

    pub(crate) fn mistake(&self) -> Option<&'static str> {
        match self.0 {
            Policy::Invalid(error) => Some(error.requirement()),
            Policy::Any | Policy::Only(_) | Policy::Same => None,
        }
    }

    /// Checks where a request comes from.
    ///
    /// # Errors
    /// A browser sent it for a page that may not connect.
    pub(crate) fn check(&self, reached: Reached<'_>, headers: &HeaderMap) -> Result<(), ForeignOrigin> {
        let mut values = headers.get_all(ORIGIN).into_iter();
        let (Some(value), false) = (values.next(), matches!(self.0, Policy::Any)) else { return Ok(()) };
        let origin = value.to_str().ok().filter(|_| values.next().is_none());
        let origin = origin.and_then(|origin| canonical(origin).ok()).ok_or(ForeignOrigin::Malformed)?;
        match &self.0 {
            Policy::Any => Ok(()),
            Policy::Only(allowed) if allowed.contains(&origin) => Ok(()),
            Policy::Only(_) | Policy::Invalid(_) => Err(ForeignOrigin::NotListed(origin)),
            Policy::Same => {
                let own = reached.origin(&origin);
                if own.as_ref() == Some(&origin) { Ok(()) } else { Err(ForeignOrigin::NotSame { origin, own }) }
            }
        }
    }
}

impl Reached<'_> {
    /// Returns the origin that a page of this server has. Where the scheme is not known, it is that of the page.
    fn origin(self, page: &str) -> Option<String> {
        let scheme = match self.is_secure {
            Some(true) => "https",
            Some(false) => "http",
            None => page.split_once("://")?.0,
        };
        canonical(&format!("{scheme}://{}", self.authority?)).ok()
    }
}

impl fmt::Display for ForeignOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("header `Origin` is no origin"),
            Self::NotListed(origin) => write!(f, "origin `{origin}` is not allowed"),
            Self::NotSame { origin, own: None } => {
                write!(f, "origin `{origin}` is not allowed: the request does not say which host it is for")
            }
            Self::NotSame { origin, own: Some(own) } => write!(
                f,
                "origin `{origin}` is not allowed: the server is reached as `{own}`; allow other pages with `origins`, \
                 and behind a proxy that ends TLS, name it in `trusted_proxies`"
            ),
        }
    }
}
