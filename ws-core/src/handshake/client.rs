//! What a client sends, and what it demands of the response.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderValue};

use super::{VERSION, accept_key, is_token, list, list_contains};

/// The value of `Sec-WebSocket-Key`: proves that the server answers to this request and speaks the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Makes the key from a nonce, which must be random for each connection:
    /// [RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1).
    #[must_use]
    pub fn new(nonce: [u8; 16]) -> Self {
        Self(STANDARD.encode(nonce))
    }

    /// Returns the value of the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that cannot be a subprotocol, because it is not a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid subprotocol `{0}`")]
pub struct InvalidSubprotocol(pub String);

/// Why a response does not open a WebSocket connection. The connection is of no use any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// `Sec-WebSocket-Accept` is missing, occurs twice, or belongs to another key.
    #[error("header `Sec-WebSocket-Accept` does not match the key")]
    Accept,
    /// `Connection` does not list `upgrade`.
    #[error("header `Connection` does not list `upgrade`")]
    Connection,
    /// The server uses an extension that was not offered.
    #[error("server uses an extension that was not offered")]
    Extension,
    /// The status is not 101; the response is an ordinary one and says why.
    #[error("server answered with status {0}")]
    Status(StatusCode),
    /// The server chose a subprotocol that was not offered, or more than one.
    #[error("server chose a subprotocol that was not offered")]
    Subprotocol,
    /// `Upgrade` does not list `websocket`.
    #[error("header `Upgrade` does not list `websocket`")]
    Upgrade,
}

/// Returns the headers that make a `GET` request a handshake, `Host` not included:
/// [RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1).
///
/// # Errors
/// [`InvalidSubprotocol`] names the first one that is not a token.
#[expect(clippy::missing_panics_doc, reason = "base64 and tokens are valid header values")]
pub fn request_headers(key: &Key, subprotocols: &[&str]) -> Result<HeaderMap, InvalidSubprotocol> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
    headers.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::from_str(key.as_str()).expect("base64 is ASCII"));
    if let Some(name) = subprotocols.iter().find(|name| !is_token(name)) {
        return Err(InvalidSubprotocol((*name).to_owned()));
    }
    if !subprotocols.is_empty() {
        let offered = HeaderValue::from_str(&subprotocols.join(", ")).expect("tokens are ASCII");
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
    }
    Ok(headers)
}

/// Checks a response and returns the subprotocol that the server chose.
///
/// # Errors
/// The first rule of [RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1) that is broken.
pub fn check_response<'s>(
    status: StatusCode,
    headers: &HeaderMap,
    key: &Key,
    offered: &[&'s str],
) -> Result<Option<&'s str>, ResponseError> {
    if status != StatusCode::SWITCHING_PROTOCOLS {
        return Err(ResponseError::Status(status));
    }
    if !list_contains(headers, header::UPGRADE, "websocket") {
        return Err(ResponseError::Upgrade);
    }
    if !list_contains(headers, header::CONNECTION, "upgrade") {
        return Err(ResponseError::Connection);
    }
    let mut accepts = headers.get_all(header::SEC_WEBSOCKET_ACCEPT).into_iter();
    let accept = accepts.next().ok_or(ResponseError::Accept)?;
    if accepts.next().is_some() || accept.as_bytes().trim_ascii() != accept_key(key.as_str().as_bytes()).as_bytes() {
        return Err(ResponseError::Accept);
    }
    if list(headers, header::SEC_WEBSOCKET_EXTENSIONS).next().is_some() {
        return Err(ResponseError::Extension);
    }
    check_subprotocol(headers, offered)
}

fn check_subprotocol<'s>(headers: &HeaderMap, offered: &[&'s str]) -> Result<Option<&'s str>, ResponseError> {
    let mut chosen = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    let Some(name) = chosen.next() else { return Ok(None) };
    let known = offered.iter().copied().find(|offered| offered.as_bytes() == name.as_bytes().trim_ascii());
    if chosen.next().is_some() {
        Err(ResponseError::Subprotocol)
    } else {
        known.map(Some).ok_or(ResponseError::Subprotocol)
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, Version};

    use super::*;
    use crate::handshake::server::check_request;

    type Checked = Result<Option<&'static str>, ResponseError>;

    const OFFERED: [&str; 2] = ["chat.v2", "chat"];

    fn key() -> Key {
        Key::new(*b"the sample nonce")
    }

    /// Checks the good response with the lines of one header replaced.
    fn check(name: &'static str, values: &[&'static str]) -> Checked {
        let good = [
            ("upgrade", "websocket"),
            ("connection", "Upgrade"),
            ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in good {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.remove(name);
        for value in values {
            headers.append(name, HeaderValue::from_static(value));
        }
        check_response(StatusCode::SWITCHING_PROTOCOLS, &headers, &key(), &OFFERED)
    }

    #[test]
    fn rfc6455_4_1_own_request_is_accepted_by_the_server() {
        assert_eq!(key().as_str(), "dGhlIHNhbXBsZSBub25jZQ==");
        let headers = request_headers(&key(), &OFFERED).unwrap();
        assert_eq!(headers["sec-websocket-protocol"], "chat.v2, chat");
        // Who connects knows the host.
        let with_host = [(header::HOST, HeaderValue::from_static("localhost"))]
            .into_iter()
            .chain(headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        let request: HeaderMap = with_host.collect();
        let accepted = check_request(&Method::GET, Version::HTTP_11, &request).unwrap();
        assert_eq!(accepted, key().as_str());
        assert!(!request_headers(&key(), &[]).unwrap().contains_key("sec-websocket-protocol"));
    }

    #[test]
    fn subprotocols_must_be_tokens() {
        for name in ["", "a b", "a,b", "a/b", "é", "a\n", "\"a\"", "a@b", "{a}"] {
            let error = request_headers(&key(), &["chat", name]).unwrap_err();
            assert_eq!(error, InvalidSubprotocol(name.to_owned()));
            assert_eq!(error.to_string(), format!("invalid subprotocol `{name}`"));
        }
        assert!(request_headers(&key(), &["v12.stomp", "a-b_c!#$%&'*+^`|~9"]).is_ok());
    }

    #[test]
    fn rfc6455_4_1_status_must_be_101() {
        for status in [StatusCode::OK, StatusCode::FOUND, StatusCode::UNAUTHORIZED, StatusCode::UPGRADE_REQUIRED] {
            let checked = check_response(status, &HeaderMap::new(), &key(), &[]);
            assert_eq!(checked, Err(ResponseError::Status(status)));
        }
    }

    #[test]
    fn rfc6455_4_1_headers_of_the_response_are_checked() {
        use ResponseError as E;
        let table: [(&str, &[&str], Checked); 25] = [
            ("upgrade", &[], Err(E::Upgrade)),
            ("upgrade", &["h2c"], Err(E::Upgrade)),
            ("upgrade", &["WebSocket"], Ok(None)),
            ("connection", &[], Err(E::Connection)),
            ("connection", &["close"], Err(E::Connection)),
            ("connection", &["keep-alive, UPGRADE"], Ok(None)),
            ("connection", &["keep-alive", "upgrade"], Ok(None)),
            ("sec-websocket-accept", &[], Err(E::Accept)),
            ("sec-websocket-accept", &[""], Err(E::Accept)),
            ("sec-websocket-accept", &["S3PPLMBITXAQ9KYGZZHZRBK+XOO="], Err(E::Accept)),
            ("sec-websocket-accept", &["dGhlIHNhbXBsZSBub25jZQ=="], Err(E::Accept)),
            ("sec-websocket-accept", &["s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "x"], Err(E::Accept)),
            ("sec-websocket-accept", &[" s3pPLMBiTxaQ9kYGzzhZRbK+xOo= "], Ok(None)),
            ("sec-websocket-extensions", &["permessage-deflate"], Err(E::Extension)),
            ("sec-websocket-extensions", &["", "x-foo; a=1"], Err(E::Extension)),
            ("sec-websocket-extensions", &[""], Ok(None)),
            ("sec-websocket-protocol", &[], Ok(None)),
            ("sec-websocket-protocol", &["chat"], Ok(Some("chat"))),
            ("sec-websocket-protocol", &["chat.v2"], Ok(Some("chat.v2"))),
            ("sec-websocket-protocol", &[" chat "], Ok(Some("chat"))),
            ("sec-websocket-protocol", &["Chat"], Err(E::Subprotocol)),
            ("sec-websocket-protocol", &["other"], Err(E::Subprotocol)),
            ("sec-websocket-protocol", &[""], Err(E::Subprotocol)),
            ("sec-websocket-protocol", &["chat, chat.v2"], Err(E::Subprotocol)),
            ("sec-websocket-protocol", &["chat", "chat"], Err(E::Subprotocol)),
        ];
        for (name, values, expected) in table {
            assert_eq!(check(name, values), expected, "{name}: {values:?}");
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let table = [
            (ResponseError::Accept, "header `Sec-WebSocket-Accept` does not match the key"),
            (ResponseError::Connection, "header `Connection` does not list `upgrade`"),
            (ResponseError::Extension, "server uses an extension that was not offered"),
            (ResponseError::Status(StatusCode::NOT_FOUND), "server answered with status 404 Not Found"),
            (ResponseError::Subprotocol, "server chose a subprotocol that was not offered"),
            (ResponseError::Upgrade, "header `Upgrade` does not list `websocket`"),
        ];
        for (error, text) in table {
            assert_eq!(error.to_string(), text);
        }
    }
}
