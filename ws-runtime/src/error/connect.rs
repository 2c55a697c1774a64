//! Why a client could not connect to its server.

use std::io;
use std::sync::Arc;

use http::{Response, StatusCode};

use crate::error::{CredentialsError, ResponseError};

/// Why a client could not connect to its server.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// There are no credentials to connect with. Nothing was sent to the server.
    #[error("there are no credentials for the connection")]
    Credentials(#[from] CredentialsError),
    /// The name of the server could not be looked up, nobody listens there, or the connection broke before the server had
    /// answered. It may be another time.
    #[error("cannot connect to {address}")]
    Io {
        /// The host and port of the url.
        address: String,
        /// What the operating system said.
        source: Arc<io::Error>,
    },
    /// What the server answered is not HTTP/1.1.
    #[error("server does not speak HTTP/1.1")]
    NotHttp,
    /// The proxy does not make a connection to the server, nor does the client without it. A proxy that cannot be connected to is
    /// [`Io`](Self::Io).
    #[cfg(feature = "proxy")]
    #[error("proxy {address} {}", refusal(response.as_deref()))]
    Proxy {
        /// The host and port of the proxy.
        address: String,
        /// The head of its response, whose status is 407 where it asks for other credentials, for instance. `None` if what it answered is
        /// not HTTP/1.1.
        response: Option<Box<Response<()>>>,
    },
    /// The server answered with another status than 101. The head of its response says why; a redirect is not followed.
    #[error("server refused the connection with status {}", response.status())]
    Refused {
        /// The head of the response.
        response: Box<Response<()>>,
    },
    /// The server accepted in a way that breaks the rules of the handshake
    /// ([RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1)). It is its programmers' turn.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The connection was not open within `handshake_timeout`.
    #[error("server did not answer the handshake in time")]
    Timeout,
    /// There is no TLS with the server: its certificate is not trusted or for another name, it does not take the client's, or the two
    /// do not speak the same. Nothing of the request was answered. Where the server hung up without saying why, which some do that do not
    /// take a certificate, it is [`Io`](Self::Io).
    #[cfg(feature = "rustls")]
    #[error("cannot speak TLS with {address}")]
    Tls {
        /// The host and port of the url.
        address: String,
        /// What is wrong.
        source: rustls::Error,
    },
    /// The url is none that a client can connect to. Nothing was sent.
    #[error("invalid url `{url}`: {reason}")]
    Url {
        /// The url.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl ConnectError {
    /// Returns the head of the response of whoever refused the connection, the server or a proxy.
    #[must_use]
    pub fn response(&self) -> Option<&Response<()>> {
        match self {
            #[cfg(feature = "proxy")]
            Self::Proxy { response, .. } => response.as_deref(),
            Self::Refused { response } => Some(response),
            _ => None,
        }
    }

    /// Returns whether the same may succeed another time, with nothing changed on this side: [`Io`](Self::Io),
    /// [`Timeout`](Self::Timeout), and a refusal with status 429, 502, 503, or 504, also if it is a proxy's, and
    /// [`CredentialsError::Unavailable`]. Another status, a wrong url, TLS that is not
    /// trusted, and a server that breaks the rules stay as they are.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Credentials(CredentialsError::Unavailable(_)) | Self::Io { .. } | Self::Timeout => true,
            Self::Refused { response } => is_transient_status(response.status()),
            #[cfg(feature = "proxy")]
            Self::Proxy { response, .. } => {
                response.as_ref().is_some_and(|response| is_transient_status(response.status()))
            }
            Self::Credentials(CredentialsError::Refused(_)) | Self::NotHttp | Self::Response(_) | Self::Url { .. } => {
                false
            }
            #[cfg(feature = "rustls")]
            Self::Tls { .. } => false,
        }
    }
}

/// Returns whether a status says that it may be better later.
fn is_transient_status(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// Says what a proxy did.
#[cfg(feature = "proxy")]
fn refusal(response: Option<&Response<()>>) -> String {
    response.map_or_else(
        || "does not speak HTTP/1.1".to_owned(),
        |response| format!("refused the connection with status {}", response.status()),
    )
}
