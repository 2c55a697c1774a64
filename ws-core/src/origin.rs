//! Web origins: where the page comes from whose script opens a connection ([RFC 6454](https://www.rfc-editor.org/rfc/rfc6454)).
//!
//! Two origins are the same when scheme, host, and port are. [`canonical`] gives each one spelling, so that texts can be compared.

use std::fmt::Write as _;
use std::net::Ipv6Addr;

/// The origin of pages that have none of their own: sandboxed frames, files, `data:` URLs.
pub const OPAQUE: &str = "null";

/// Why a text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidOrigin {
    /// The host is missing, or has a character that cannot stand in one.
    Host,
    /// Something follows the host and the port: a path, or just a slash.
    Path,
    /// The port is no number up to 65535.
    Port,
    /// There is no scheme, or one that is none.
    Scheme,
    /// A user stands before the host.
    User,
    /// The scheme is that of the WebSocket, not that of the page.
    WebSocketScheme,
    /// A `*` stands for a part of the host.
    Wildcard,
}

/// Returns the one spelling of an origin: in small letters, without the port that the scheme has anyway.
///
/// # Errors
/// The first mistake, from left to right.
///
/// ```
/// use ws_core::origin::canonical;
///
/// assert_eq!(canonical("HTTPS://Example.com:443").unwrap(), "https://example.com");
/// ```
pub fn canonical(origin: &str) -> Result<String, InvalidOrigin> {
    if origin == OPAQUE {
        return Ok(origin.to_owned());
    }
    let (scheme, rest) = origin.split_once("://").ok_or(InvalidOrigin::Scheme)?;
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    match scheme.as_str() {
        _ if !is_scheme => return Err(InvalidOrigin::Scheme),
        "ws" | "wss" => return Err(InvalidOrigin::WebSocketScheme),
        _ => {}
    }
    if rest.contains(['/', '?', '#', '\\']) {
        return Err(InvalidOrigin::Path);
    }
    if rest.contains('@') {
        return Err(InvalidOrigin::User);
    }
    if rest.contains('*') {
        return Err(InvalidOrigin::Wildcard);
    }
    let (host, port) = split_port(rest)?;
    let mut canonical = format!("{scheme}://{}", canonical_host(host)?);
    if let Some(port) = port.filter(|port| default_port(&scheme) != Some(*port)) {
        // Writing to a string does not fail.
        let _ = write!(canonical, ":{port}");
    }
    Ok(canonical)
}

/// Separates host and port. The colons of an IPv6 address stand in brackets.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), InvalidOrigin> {
    let after_host = authority.find(']').map_or(0, |bracket| bracket + 1);
    let Some(colon) = authority[after_host..].find(':').map(|colon| colon + after_host) else {
        return Ok((authority, None));
    };
    let (host, digits) = (&authority[..colon], &authority[colon + 1..]);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidOrigin::Port);
    }
    Ok((host, Some(digits.parse().map_err(|_| InvalidOrigin::Port)?)))
}

fn canonical_host(host: &str) -> Result<String, InvalidOrigin> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse::<Ipv6Addr>().ok());
        return address.map(|address| format!("[{address}]")).ok_or(InvalidOrigin::Host);
    }
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if is_host { Ok(host.to_ascii_lowercase()) } else { Err(InvalidOrigin::Host) }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

impl InvalidOrigin {
    /// Says what an origin must be.
    #[must_use]
    pub const fn requirement(self) -> &'static str {
        match self {
            Self::Host => "must name a host: letters, digits, `-`, `.`, and `_`, or an IPv6 address in brackets",
            Self::Path => "must end after the host and the port, without a slash",
            Self::Port => "must have a port from 0 to 65535, or none",
            Self::Scheme => "must begin with a scheme, as in `https://example.com`",
            Self::User => "must not name a user",
            Self::WebSocketScheme => "must have the scheme of the page, `http` or `https`",
            Self::Wildcard => "must be one origin: a `*` has no meaning in it",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling() {
        let table = [
            ("https://example.com", "https://example.com"),
            ("HTTPS://EXAMPLE.com", "https://example.com"),
            ("https://example.com:443", "https://example.com"),
            ("https://example.com:0443", "https://example.com"),
            ("http://example.com:80", "http://example.com"),
            ("http://example.com:443", "http://example.com:443"),
            ("https://example.com:80", "https://example.com:80"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1:1", "http://127.0.0.1:1"),
            ("http://[::1]:80", "http://[::1]"),
            ("http://[0:0:0:0:0:0:0:1]:9", "http://[::1]:9"),
            ("https://a_b.example", "https://a_b.example"),
            ("chrome-extension://abcdef", "chrome-extension://abcdef"),
            ("null", "null"),
        ];
        for (origin, expected) in table {
            assert_eq!(canonical(origin).as_deref(), Ok(expected), "{origin}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        use InvalidOrigin::{Host, Path, Port, Scheme, User, WebSocketScheme, Wildcard};
        let table = [
            ("", Scheme),
            ("*", Scheme),
            ("NULL", Scheme),
            ("example.com", Scheme),
            ("://example.com", Scheme),
            ("1http://example.com", Scheme),
            ("ht tp://example.com", Scheme),
            ("wss://example.com", WebSocketScheme),
            ("WS://example.com", WebSocketScheme),
            ("https://", Host),
            ("https://:443", Host),
            ("https://exa mple.com", Host),
            ("https://exämple.com", Host),
            ("https://[::1", Port),
            ("https://[example]", Host),
            ("https://::1", Port),
            ("https://example.com/", Path),
            ("https://example.com?x", Path),
            ("https://example.com#x", Path),
            ("https://example.com\\x", Path),
            ("https://example.com:", Port),
            ("https://example.com:x", Port),
            ("https://example.com:+1", Port),
            ("https://example.com:65536", Port),
            ("https://example.com:1:2", Port),
            ("https://user@example.com", User),
            ("https://*.example.com", Wildcard),
        ];
        for (origin, expected) in table {
            assert_eq!(canonical(origin), Err(expected), "{origin}");
        }
    }
}
