//! A way through a proxy: [RFC 9110 §9.3.6](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6).
//!
//! Which proxy it is, hyper-util finds out: it reads the environment as curl does.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Empty;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::net::TcpStream;

use crate::client::connect::connect;
use crate::client::exchange::{Failure, exchange};
use crate::client::url::{self, Target};
use crate::error::{ConfigError, ConnectError};

/// Which servers are behind which proxy.
#[derive(Clone)]
pub(super) struct Proxies {
    matcher: Arc<Matcher>,
    key: &'static str,
}

/// A proxy on the way to one server.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    host: String,
    port: u16,
    authorization: Option<HeaderValue>,
}

impl Proxies {
    /// Sends everything through one proxy.
    ///
    /// # Errors
    /// The url is none of a proxy.
    pub(super) fn all(url: &str) -> Result<Self, &'static str> {
        let matcher = Matcher::builder().all(url).build();
        if matcher.intercept(&Uri::from_static("http://any")).is_none() {
            return Err(NO_PROXY_URL);
        }
        Ok(Self { matcher: Arc::new(matcher), key: "proxy" })
    }

    /// Does what the environment says.
    ///
    /// # Errors
    /// What it says is not understood.
    pub(super) fn from_env() -> Result<Self, &'static str> {
        let urls = VARIABLES.iter().filter_map(std::env::var_os).filter(|url| !url.is_empty());
        // The matcher ignores them, and everything would go the direct way.
        for url in urls {
            Self::all(url.to_str().ok_or(NO_PROXY_URL)?)?;
        }
        Ok(Self { matcher: Arc::new(Matcher::from_env()), key: "proxy_from_env" })
    }

    /// Finds the proxy on the way to a server. `None` is the direct way.
    ///
    /// # Errors
    /// It is not one that is spoken to.
    pub(super) fn proxy(
        &self,
        target: &Target,
        authorization: Option<&HeaderValue>,
    ) -> Result<Option<Proxy>, ConfigError> {
        let scheme = if target.is_secure { "https" } else { "http" };
        let invalid = |reason| ConfigError::Client { key: self.key, reason };
        let server: Uri = format!("{scheme}://{}", target.address()).parse().map_err(|_| invalid(NO_PROXY_URL))?;
        let Some(found) = self.matcher.intercept(&server) else { return Ok(None) };
        let mut proxy = Proxy::new(&found).map_err(invalid)?;
        proxy.authorization = authorization.cloned().or(proxy.authorization);
        Ok(Some(proxy))
    }
}

impl Proxy {
    fn new(found: &Intercept) -> Result<Self, &'static str> {
        let uri = found.uri();
        if uri.scheme_str() != Some("http") {
            return Err("must be a proxy for `http://`: neither TLS nor SOCKS is spoken with it");
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(NO_PROXY_URL)?;
        Ok(Self {
            host: url::without_brackets(host).to_owned(),
            port: uri.port_u16().unwrap_or(url::PLAIN_PORT),
            authorization: found.basic_auth().cloned(),
        })
    }

    /// Connects to the proxy, and has it connect to the server.
    ///
    /// # Errors
    /// [`ConnectError::Io`] with the address of the proxy, [`ConnectError::Proxy`].
    pub(super) async fn tunnel(&self, target: &Target) -> Result<TcpStream, ConnectError> {
        let address = || url::address(&self.host, self.port);
        let lost = |source| ConnectError::Io { address: address(), source: Arc::new(source) };
        let stream = connect(&self.host, self.port).await.map_err(lost)?;
        let exchanged = exchange(stream, self.request(target)).await;
        let (response, stream, read_ahead) = exchanged.map_err(|failure| match failure {
            Failure::Broken(error) => lost(error),
            #[cfg(feature = "rustls")]
            Failure::Tls(error) => lost(std::io::Error::other(error)), // there is no TLS yet
            Failure::NotHttp => ConnectError::Proxy { address: address(), response: None },
        })?;
        if !response.status().is_success() {
            return Err(ConnectError::Proxy { address: address(), response: Some(Box::new(response)) });
        }
        // The server waits for us: it is not the one that has said this.
        if !read_ahead.is_empty() {
            return Err(ConnectError::Proxy { address: address(), response: None });
        }
        Ok(stream)
    }

    fn request(&self, target: &Target) -> Request<Empty<Bytes>> {
        let authority = target.address();
        let mut request = Request::new(Empty::new());
        *request.method_mut() = Method::CONNECT;
        *request.uri_mut() = authority.parse().expect("a host and a port are an authority");
        let headers = request.headers_mut();
        headers.insert(HOST, HeaderValue::try_from(authority).expect("a host and a port are ASCII"));
        if let Some(authorization) = &self.authorization {
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        request
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.matcher.fmt(f)
    }
}

/// Where the environment names proxies.
const VARIABLES: [&str; 6] = ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

const NO_PROXY_URL: &str = "must be like `http://host:port`";
