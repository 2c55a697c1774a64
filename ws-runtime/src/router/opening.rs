//! How a request opens a connection: as an upgrade of HTTP/1.1, or as an extended `CONNECT` of HTTP/2.

use http::{Request, Version};
use ws_core::handshake::accept_key;
use ws_core::handshake::server::{self, HandshakeError};

/// How a valid request does it.
#[derive(Debug)]
pub(crate) enum Opening {
    /// [RFC 8441 §5](https://www.rfc-editor.org/rfc/rfc8441#section-5).
    #[cfg(feature = "http2")]
    Connect,
    /// [RFC 6455 §4.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2).
    Upgrade {
        /// The answer to the client's key.
        accept_key: String,
    },
}

impl Opening {
    /// Checks a request.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub(crate) fn of<B>(request: &Request<B>) -> Result<Self, HandshakeError> {
        if request.version() == Version::HTTP_2 {
            return Self::of_http2(request);
        }
        let key = server::check_request(request.method(), request.version(), request.headers())?;
        Ok(Self::Upgrade { accept_key: accept_key(key.as_bytes()) })
    }

    #[cfg(feature = "http2")]
    fn of_http2<B>(request: &Request<B>) -> Result<Self, HandshakeError> {
        let protocol = request.extensions().get::<hyper::ext::Protocol>().map(hyper::ext::Protocol::as_str);
        server::check_connect(request.method(), protocol, request.headers()).map(|()| Self::Connect)
    }

    #[cfg(not(feature = "http2"))]
    fn of_http2<B>(_: &Request<B>) -> Result<Self, HandshakeError> {
        Err(HandshakeError::NotAnUpgrade)
    }
}
