//! The url of a server: [RFC 6455 §3](https://www.rfc-editor.org/rfc/rfc6455#section-3).

use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

use crate::error::ConnectError;

/// Where a client connects to, and what it asks for there.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// A name, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Over TLS.
    pub(crate) is_secure: bool,
    /// The value of the request's `Host`.
    pub(crate) host_header: HeaderValue,
    /// The path and the query.
    pub(crate) resource: Uri,
}

impl Target {
    /// # Errors
    /// [`ConnectError::Url`].
    pub(crate) fn parse(url: &str) -> Result<Self, ConnectError> {
        let invalid = |reason| ConnectError::Url { url: without_secrets(url), reason };
        let target = parse(url).map_err(invalid)?;
        if target.is_secure && cfg!(not(feature = "rustls")) {
            return Err(invalid("`wss://` needs the feature `tls` or `tls-ring`"));
        }
        Ok(target)
    }

    /// Returns the host and the port, for people.
    pub(crate) fn address(&self) -> String {
        address(&self.host, self.port)
    }
}

/// Puts a host without brackets, and a port, together.
pub(super) fn address(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

pub(super) fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn parse(url: &str) -> Result<Target, &'static str> {
    if url.contains('#') {
        return Err("must not have a fragment");
    }
    let uri: Uri = url.parse().map_err(|_| "must be like `ws://host:port/path?query`")?;
    let Parts { scheme, authority, path_and_query, .. } = uri.into_parts();
    let is_secure = is_secure(scheme.as_ref())?;
    let default_port = if is_secure { SECURE_PORT } else { PLAIN_PORT };
    let authority = authority.ok_or("must name a host")?;
    let host = authority.host();
    let port = port(&authority, default_port)?;
    if host.is_empty() {
        return Err("must name a host");
    }
    let host_header = if port == default_port { host.to_owned() } else { format!("{host}:{port}") };
    let mut resource = Parts::default();
    resource.path_and_query = Some(path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/")));
    Ok(Target {
        host: without_brackets(host).to_owned(),
        port,
        is_secure,
        host_header: HeaderValue::try_from(host_header).map_err(|_| "must name a host")?,
        resource: Uri::from_parts(resource).map_err(|_| "must have a path that begins with `/`")?,
    })
}

/// Returns whether it is `wss`.
fn is_secure(scheme: Option<&Scheme>) -> Result<bool, &'static str> {
    match scheme.map(|scheme| scheme.as_str().to_ascii_lowercase()).as_deref() {
        Some("ws") => Ok(false),
        Some("wss") => Ok(true),
        _ => Err("must begin with `ws://` or `wss://`"),
    }
}

fn port(authority: &Authority, default: u16) -> Result<u16, &'static str> {
    if authority.as_str().contains('@') {
        return Err("must not have a user name; `basic_auth` takes one");
    }
    match authority.as_str()[authority.host().len()..].strip_prefix(':') {
        None | Some("") => Ok(default),
        Some(port) => port.parse().map_err(|_| "must have a port up to 65535"),
    }
}

/// Leaves out what may be a name and a password: errors end up in logs.
fn without_secrets(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => url.to_owned(),
    }
}

pub(super) const PLAIN_PORT: u16 = 80; // RFC 6455 §3
const SECURE_PORT: u16 = 443; // RFC 6455 §3

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_host_port_path_and_query() {
        let table = [
            ("ws://localhost", ("localhost", 80, "localhost", "/")),
            ("ws://localhost/", ("localhost", 80, "localhost", "/")),
            ("WS://localhost:9090/chat", ("localhost", 9090, "localhost:9090", "/chat")),
            ("ws://localhost:80/chat", ("localhost", 80, "localhost", "/chat")),
            ("ws://localhost:/chat", ("localhost", 80, "localhost", "/chat")),
            ("ws://127.0.0.1:8080/a/b%20c?x=1&y=%2F", ("127.0.0.1", 8080, "127.0.0.1:8080", "/a/b%20c?x=1&y=%2F")),
            ("ws://example.com?x=1", ("example.com", 80, "example.com", "/?x=1")),
            ("ws://[::1]:9090/", ("::1", 9090, "[::1]:9090", "/")),
            ("ws://[2001:db8::1]", ("2001:db8::1", 80, "[2001:db8::1]", "/")),
        ];
        for (url, expected) in table {
            let Target { host, port, host_header, resource, .. } = Target::parse(url).unwrap();
            let found = (host.as_str(), port, host_header.to_str().unwrap(), resource.to_string());
            assert_eq!(found, (expected.0, expected.1, expected.2, expected.3.to_owned()), "{url}");
        }
    }

    #[test]
    fn a_url_is_secure_or_not() {
        assert!(!Target::parse("ws://localhost:443").unwrap().is_secure);
        for (url, (port, host_header)) in [
            ("wss://localhost", (443, "localhost")),
            ("WSS://localhost:443/", (443, "localhost")),
            ("wss://localhost:80/", (80, "localhost:80")),
        ] {
            match Target::parse(url) {
                Ok(target) => {
                    assert!(cfg!(feature = "rustls") && target.is_secure, "{url}");
                    assert_eq!((target.port, target.host_header.to_str().unwrap()), (port, host_header), "{url}");
                }
                Err(error) => {
                    let expected = format!("invalid url `{url}`: `wss://` needs the feature `tls` or `tls-ring`");
                    assert!(cfg!(not(feature = "rustls")) && error.to_string() == expected, "{error}");
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said() {
        let table = [
            ("http://localhost/", "must begin with `ws://` or `wss://`"),
            ("localhost:9090", "must begin with `ws://` or `wss://`"),
            ("/chat", "must begin with `ws://` or `wss://`"),
            ("", "must be like `ws://host:port/path?query`"),
            ("ws://", "must be like `ws://host:port/path?query`"),
            ("ws://:9090/", "must name a host"),
            ("ws://local host/", "must be like `ws://host:port/path?query`"),
            ("ws://localhost/chat#part", "must not have a fragment"),
            ("ws://localhost:65536/", "must have a port up to 65535"),
        ];
        for (url, expected) in table {
            match Target::parse(url) {
                Err(ConnectError::Url { url: named, reason }) => assert_eq!((named.as_str(), reason), (url, expected)),
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let table = [
            ("ws://ann:sesame@localhost/", "`ws://…@localhost/`: must not have a user name; `basic_auth` takes one"),
            ("ws://ann:ses@ame@localhost", "`ws://…@localhost`: must not have a user name; `basic_auth` takes one"),
            ("ws://ann:ses/ame@localhost", "`ws://…@localhost`: must have a port up to 65535"),
            ("http://ann:sesame@localhost", "`http://…@localhost`: must begin with `ws://` or `wss://`"),
        ];
        for (url, expected) in table {
            assert_eq!(Target::parse(url).unwrap_err().to_string(), format!("invalid url {expected}"));
        }
    }

    #[test]
    fn an_address_of_ipv6_is_shown_in_brackets() {
        assert_eq!(Target::parse("ws://[::1]:9090/").unwrap().address(), "[::1]:9090");
        assert_eq!(Target::parse("ws://localhost").unwrap().address(), "localhost:80");
    }
}
