//! How a client gets to its server, and in: TLS, proxies, cookies, and credentials.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderValue};
use ws_core::handshake;

use crate::client::ClientBuilder;
use crate::client::credentials::{Authorize, Authorizer};
#[cfg(feature = "proxy")]
use crate::client::proxy::{Proxies, Proxy};
#[cfg(feature = "rustls")]
use crate::client::tls::{ClientTlsConfig, Connector, Tls};
#[cfg(any(feature = "proxy", feature = "rustls"))]
use crate::client::url::Target;
use crate::error::ConfigError;

/// The settings.
#[derive(Clone, Debug)]
pub(super) struct Access {
    #[cfg(feature = "rustls")]
    tls: Tls,
    /// `None` is the direct way.
    #[cfg(feature = "proxy")]
    proxies: Option<Proxies>,
    /// The value of `Proxy-Authorization`, in the place of the one in the url of the proxy.
    #[cfg(feature = "proxy")]
    proxy_authorization: Option<HeaderValue>,
    /// The value of `Cookie`.
    cookies: Option<HeaderValue>,
    authorization: Authorization,
}

/// Where the value of `Authorization` comes from.
#[derive(Clone)]
enum Authorization {
    Fetched(Arc<dyn Authorizer>),
    Fixed(HeaderValue),
    None,
}

impl ClientBuilder {
    /// Sets up the TLS of a `wss://` url; it does nothing for `ws://`. Default: that of [`ClientTlsConfig::new`].
    #[cfg(feature = "rustls")]
    pub fn tls(mut self, config: ClientTlsConfig) -> Self {
        self.access.tls = Tls::Settings(config);
        self
    }

    /// Sets up the TLS of a `wss://` url in rustls's own words, in the place of [`tls`](Self::tls), for what that does not do. The name
    /// that the certificate must have is the host of the url. If it offers protocols (ALPN), `http/1.1` must be the only one.
    #[cfg(feature = "rustls")]
    pub fn rustls_config(mut self, config: impl Into<Arc<rustls::ClientConfig>>) -> Self {
        self.access.tls = Tls::Given(config.into());
        self
    }

    /// Connects through a proxy, with `CONNECT`
    /// ([RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)), also for `ws://`: TLS is between client and server,
    /// and it is the proxy that looks up the server's name. Default: the direct way; what the environment says is not looked at unless
    /// [`proxy_from_env`](Self::proxy_from_env) is called. The last one of the two counts.
    ///
    /// The url is like `http://host:port`, or `http://user:password@host:port` for Basic authentication, percent-encoded; the default
    /// port is 80. Neither TLS nor SOCKS is spoken with the proxy. The head of its response may have 64 KiB, and
    /// [`handshake_timeout`](Self::handshake_timeout) goes on meanwhile. [`Caller::remote_addr`](crate::Caller::remote_addr) is `None` then.
    #[cfg(feature = "proxy")]
    pub fn proxy(mut self, url: impl AsRef<str>) -> Self {
        match Proxies::all(url.as_ref()) {
            Ok(proxies) => {
                self.access.proxies = Some(proxies);
                self
            }
            Err(reason) => self.mistaken("proxy", reason),
        }
    }

    /// Connects through the [`proxy`](Self::proxy) that the environment names when this is called: in `HTTPS_PROXY` for `wss://`, in
    /// `HTTP_PROXY` for `ws://`, in `ALL_PROXY` for both. Names in lowercase are read, too.
    ///
    /// `NO_PROXY` lists the servers that are connected to directly, with commas between them: addresses, networks such as `10.0.0.0/8`,
    /// and names, which stand for their subdomains too; `*` is every name. Where `REQUEST_METHOD` is set, the program is a CGI script, in
    /// which a client could set `HTTP_PROXY`: then no proxy is used.
    #[cfg(feature = "proxy")]
    pub fn proxy_from_env(mut self) -> Self {
        match Proxies::from_env() {
            Ok(proxies) => {
                self.access.proxies = Some(proxies);
                self
            }
            Err(reason) => self.mistaken("proxy_from_env", reason),
        }
    }

    /// Says to the proxy who connects, with a password (Basic authentication). Default: what is in the url of the proxy.
    #[cfg(feature = "proxy")]
    pub fn proxy_auth(mut self, user: impl AsRef<str>, password: impl AsRef<str>) -> Self {
        match basic(user.as_ref(), password.as_ref()) {
            Ok(value) => {
                self.access.proxy_authorization = Some(value);
                self
            }
            Err(reason) => self.mistaken("proxy_auth", reason),
        }
    }

    /// Adds a cookie to the request ([RFC 6265 §5.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.4)). All of them are sent in one
    /// header, in the order in which they are added. Default: none. What the server sets is in the
    /// [`response`](crate::Client::response), and nothing else is done about it.
    ///
    /// The name is a token; the value is ASCII without control characters, spaces, `"`, `,`, `;`, and `\`, or that between two `"`. What
    /// else is to be in it must be encoded.
    pub fn cookie(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        if !handshake::is_token(name) {
            return self.mistaken("cookie", "must have a name that is a token");
        }
        if !is_cookie_value(value) {
            return self.mistaken("cookie", "must have a value without spaces, `\"`, `,`, `;`, and `\\`, in ASCII");
        }
        let mut cookies =
            self.access.cookies.as_ref().map(|others| [others.as_bytes(), b"; "].concat()).unwrap_or_default();
        cookies.extend([name.as_bytes(), b"=", value.as_bytes()].concat());
        self.access.cookies = secret(cookies);
        self
    }

    /// Adds several cookies, as [`cookie`](Self::cookie) does.
    pub fn cookies<N, V>(self, cookies: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        cookies.into_iter().fold(self, |builder, (name, value)| builder.cookie(name, value))
    }

    /// Says who connects, with a password: `Authorization: Basic` ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)), in UTF-8. Only
    /// `wss://` keeps it from whoever is on the way. Default: nobody in particular; the last one that is set is sent.
    ///
    /// The name must not have a colon, neither of them control characters.
    pub fn basic_auth(mut self, user: impl AsRef<str>, password: impl AsRef<str>) -> Self {
        let (user, password) = (user.as_ref(), password.as_ref());
        match basic(user, password) {
            Ok(value) => {
                self.access.authorization = Authorization::Fixed(value);
                self
            }
            Err(reason) => self.mistaken("basic_auth", reason),
        }
    }

    /// Says who connects, with a token: `Authorization: Bearer` ([RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    /// Only `wss://` keeps it from whoever is on the way. Default: nobody in particular; the last one that is set is sent.
    ///
    /// The token is visible ASCII.
    pub fn bearer_token(mut self, token: impl AsRef<str>) -> Self {
        match bearer(token.as_ref()) {
            Some(value) => {
                self.access.authorization = Authorization::Fixed(value);
                self
            }
            None => self.mistaken("bearer_token", "must be visible ASCII, at least one character"),
        }
    }

    /// Fetches what says who connects, anew for each connection: `JwtIssuer` with the feature `jwt`, `OAuth2` with the feature `oauth2`,
    /// or what you write. Default: nobody in particular; the last of these three that is set is sent.
    ///
    /// Clones of the builder share it.
    pub fn credentials(mut self, credentials: impl Authorize) -> Self {
        self.access.authorization = Authorization::Fetched(Arc::new(credentials));
        self
    }
}

impl Access {
    pub(super) fn new() -> Self {
        Self {
            #[cfg(feature = "rustls")]
            tls: Tls::Settings(ClientTlsConfig::new()),
            #[cfg(feature = "proxy")]
            proxies: None,
            #[cfg(feature = "proxy")]
            proxy_authorization: None,
            cookies: None,
            authorization: Authorization::None,
        }
    }

    /// Returns the TLS of a connection; `None` for a plain one.
    ///
    /// # Errors
    /// The first setting that is wrong.
    #[cfg(feature = "rustls")]
    pub(super) fn connector(&self, target: &Target) -> Result<Option<Connector>, ConfigError> {
        if !target.is_secure {
            return Ok(None);
        }
        Ok(Some(Connector::new(&self.tls, &target.host)?))
    }

    /// Returns the proxy on the way to the server.
    ///
    /// # Errors
    /// It is not one that is spoken to.
    #[cfg(feature = "proxy")]
    pub(super) fn proxy(&self, target: &Target) -> Result<Option<Proxy>, ConfigError> {
        let proxies = self.proxies.as_ref();
        proxies.map_or(Ok(None), |proxies| proxies.proxy(target, self.proxy_authorization.as_ref()))
    }

    /// Returns what fetches credentials.
    ///
    /// # Errors
    /// What is wrong with its settings.
    pub(super) fn authorizer(&self) -> Result<Option<Arc<dyn Authorizer>>, ConfigError> {
        let Authorization::Fetched(authorizer) = &self.authorization else { return Ok(None) };
        authorizer.prepare().map_err(|error| ConfigError::Credentials { reason: error.to_string() })?;
        Ok(Some(Arc::clone(authorizer)))
    }

    /// Puts cookies and credentials to the other headers.
    ///
    /// # Errors
    /// The name of the setting that is among them already.
    pub(super) fn add_to(&self, headers: &mut HeaderMap) -> Result<(), ConfigError> {
        let twice = |key| ConfigError::Client { key, reason: "must not be set as a `header`, too" };
        if let Some(cookies) = &self.cookies
            && headers.insert(COOKIE, cookies.clone()).is_some()
        {
            return Err(twice("cookie"));
        }
        match &self.authorization {
            Authorization::None => return Ok(()),
            _ if headers.contains_key(AUTHORIZATION) => return Err(twice("authorization")),
            Authorization::Fetched(_) => {}
            Authorization::Fixed(value) => drop(headers.insert(AUTHORIZATION, value.clone())),
        }
        Ok(())
    }
}

impl fmt::Debug for Authorization {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fetched(_) => "Fetched",
            Self::Fixed(_) => "Fixed",
            Self::None => "None",
        })
    }
}

/// Makes the value for a name with a password.
fn basic(user: &str, password: &str) -> Result<HeaderValue, &'static str> {
    if user.contains(':') {
        return Err("must have a name without `:`");
    }
    if [user, password].iter().any(|text| text.contains(char::is_control)) {
        return Err("must not have control characters");
    }
    let pair = STANDARD.encode(format!("{user}:{password}"));
    secret(format!("Basic {pair}").into_bytes()).ok_or("must not have control characters")
}

/// Makes the value for a token, if it can be one.
fn bearer(token: &str) -> Option<HeaderValue> {
    let is_one = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_one.then(|| secret(format!("Bearer {token}").into_bytes())).flatten()
}

/// Returns whether it is a `cookie-value`: RFC 6265 §4.1.1.
fn is_cookie_value(value: &str) -> bool {
    let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    bare.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\'))
}

/// Makes a value that `Debug` does not show.
fn secret(value: Vec<u8>) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}
