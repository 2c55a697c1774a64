//! What a server demands of a request.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Version};

use super::{VERSION, list, list_contains};

/// Why a request does not open a WebSocket connection.
///
/// The client caused it; answer with an HTTP status and keep the connection as HTTP allows. [`NotAnUpgrade`](Self::NotAnUpgrade) and
/// [`UnsupportedVersion`](Self::UnsupportedVersion) mean 426 in HTTP/1.1, [`OtherProtocol`](Self::OtherProtocol) means 501, everything
/// else 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The request has a body.
    #[error("request has a body")]
    Body,
    /// `Connection` does not list `upgrade`.
    #[error("header `Connection` does not list `upgrade`")]
    Connection,
    /// `Host` is missing, or stands there more than once
    /// ([RFC 9112 §3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)).
    #[error("header `Host` is missing, or occurs more than once")]
    Host,
    /// HTTP/1.0 or older.
    #[error("HTTP version is older than 1.1")]
    HttpVersion,
    /// `Sec-WebSocket-Key` is not the base64 of 16 bytes.
    #[error("header `Sec-WebSocket-Key` is not the base64 of 16 bytes")]
    InvalidKey,
    /// The method is not `GET`.
    #[error("method is not `GET`")]
    Method,
    /// There is no `Sec-WebSocket-Key`.
    #[error("header `Sec-WebSocket-Key` is missing")]
    MissingKey,
    /// There is no `Sec-WebSocket-Version`.
    #[error("header `Sec-WebSocket-Version` is missing")]
    MissingVersion,
    /// `Sec-WebSocket-Key` stands there more than once.
    #[error("header `Sec-WebSocket-Key` occurs more than once")]
    MultipleKeys,
    /// `Sec-WebSocket-Version` stands there more than once, or is a list.
    #[error("header `Sec-WebSocket-Version` occurs more than once")]
    MultipleVersions,
    /// In HTTP/2, no extended `CONNECT`: an ordinary request.
    #[error("request is no `CONNECT` with the `:protocol` `websocket`")]
    NotAConnect,
    /// `Upgrade` does not list `websocket`: an ordinary request.
    #[error("header `Upgrade` does not list `websocket`")]
    NotAnUpgrade,
    /// An extended `CONNECT` to something else than a WebSocket.
    #[error("`:protocol` is not `websocket`")]
    OtherProtocol,
    /// The client speaks another version than 13.
    #[error("WebSocket version is not supported")]
    UnsupportedVersion,
}

/// Checks a request and returns its key, for [`accept_key`](super::accept_key):
/// [RFC 6455 §4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1).
///
/// # Errors
/// The first rule that is broken; [`HandshakeError::NotAnUpgrade`] is looked for first.
pub fn check_request<'a>(
    method: &Method,
    version: Version,
    headers: &'a HeaderMap,
) -> Result<&'a HeaderValue, HandshakeError> {
    if !list_contains(headers, header::UPGRADE, "websocket") {
        return Err(HandshakeError::NotAnUpgrade);
    }
    if method != Method::GET {
        return Err(HandshakeError::Method);
    }
    if version < Version::HTTP_11 {
        return Err(HandshakeError::HttpVersion);
    }
    if !list_contains(headers, header::CONNECTION, "upgrade") {
        return Err(HandshakeError::Connection);
    }
    check_version(headers)?;
    if !matches!(single(headers, &header::HOST), Ok(Some(_))) {
        return Err(HandshakeError::Host);
    }
    let key = check_key(headers)?;
    if has_body(headers) { Err(HandshakeError::Body) } else { Ok(key) }
}

/// Checks a request of HTTP/2, with its `:protocol`: [RFC 8441 §4 and §5](https://www.rfc-editor.org/rfc/rfc8441#section-4). There is no
/// key, and `Upgrade` and `Connection` do not exist.
///
/// # Errors
/// The first rule that is broken.
pub fn check_connect(method: &Method, protocol: Option<&str>, headers: &HeaderMap) -> Result<(), HandshakeError> {
    match protocol {
        Some("websocket") if method == Method::CONNECT => {}
        Some(_) if method == Method::CONNECT => return Err(HandshakeError::OtherProtocol),
        _ => return Err(HandshakeError::NotAConnect),
    }
    check_version(headers)?;
    if has_body(headers) { Err(HandshakeError::Body) } else { Ok(()) }
}

/// Returns the first of the server's subprotocols that the client offers:
/// [RFC 6455 §4.2.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2).
///
/// The order is the server's, whatever the client prefers. Names are compared exactly.
#[must_use]
pub fn choose_subprotocol<'s>(offered: &HeaderMap, supported: &[&'s str]) -> Option<&'s str> {
    let is_offered = |name: &str| list(offered, header::SEC_WEBSOCKET_PROTOCOL).any(|offered| offered == name);
    supported.iter().copied().find(|name| is_offered(name))
}

fn check_version(headers: &HeaderMap) -> Result<(), HandshakeError> {
    let version = single(headers, &header::SEC_WEBSOCKET_VERSION)
        .map_err(|Multiple| HandshakeError::MultipleVersions)?
        .ok_or(HandshakeError::MissingVersion)?;
    match version.as_bytes().trim_ascii() {
        version if version == VERSION.as_bytes() => Ok(()),
        version if version.contains(&b',') => Err(HandshakeError::MultipleVersions),
        _ => Err(HandshakeError::UnsupportedVersion),
    }
}

fn check_key(headers: &HeaderMap) -> Result<&HeaderValue, HandshakeError> {
    let key = single(headers, &header::SEC_WEBSOCKET_KEY)
        .map_err(|Multiple| HandshakeError::MultipleKeys)?
        .ok_or(HandshakeError::MissingKey)?;
    let mut decoded = [0; KEY_LENGTH];
    match BASE64.decode_slice(key.as_bytes(), &mut decoded) {
        Ok(KEY_LENGTH) => Ok(key),
        _ => Err(HandshakeError::InvalidKey),
    }
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get_all(header::CONTENT_LENGTH).into_iter().any(|length| length.as_bytes() != b"0")
}

struct Multiple;

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Multiple> {
    let mut values = headers.get_all(name).into_iter();
    let first = values.next();
    if values.next().is_some() { Err(Multiple) } else { Ok(first) }
}

const KEY_LENGTH: usize = 16; // bytes, RFC 6455 §4.1

// The key is only hashed, so the unused bits of its last character do not matter, and some clients leave them set.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

#[cfg(test)]
mod tests;
