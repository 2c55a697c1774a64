//! The opening handshake: [RFC 6455 §4](https://www.rfc-editor.org/rfc/rfc6455#section-4).
//!
//! Works on the types of [`http`]; who reads and writes the HTTP messages does not matter. [`server`] judges requests, [`client`]
//! writes their headers and judges responses. Extensions are not negotiated here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use sha1::{Digest as _, Sha1};

pub mod client;
pub mod server;

pub use server::{HandshakeError, choose_subprotocol};

/// Returns the `Sec-WebSocket-Accept` that belongs to a `Sec-WebSocket-Key`:
/// [RFC 6455 §4.2.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2).
///
/// # Examples
/// ```
/// assert_eq!(ws_core::handshake::accept_key(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
/// ```
#[must_use]
pub fn accept_key(key: &[u8]) -> String {
    let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    STANDARD.encode(digest)
}

/// Returns whether a name may be a subprotocol: a token of
/// [RFC 7230 §3.2.6](https://www.rfc-editor.org/rfc/rfc7230#section-3.2.6).
#[must_use]
pub fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Iterates over the elements of a comma-separated list that may be spread over several headers; a value that is not ASCII
/// counts as absent.
fn list(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|element| element.trim_matches([' ', '\t'])).filter(|e| !e.is_empty())
}

/// Returns whether a list holds a token, in any case.
fn list_contains(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    list(headers, name).any(|element| element.eq_ignore_ascii_case(token))
}

/// The only version of the protocol: [RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1).
pub const VERSION: &str = "13";

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3
