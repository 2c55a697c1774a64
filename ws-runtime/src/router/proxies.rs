//! What the proxies in front of a server say about a request, and which of them are believed.

use std::net::{IpAddr, SocketAddr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// The proxies whose word about a client is taken: its address, whether it came over TLS, and the host that it asked for.
///
/// Default: [`none`](Self::none). Anybody can send such headers, so name only proxies that replace or remove what their
/// clients send of them. What they say shows in [`UpgradeRequest::remote_addr`](crate::UpgradeRequest::remote_addr) and
/// [`is_secure`](crate::UpgradeRequest::is_secure), those of the `Caller`, the origins that are allowed, and the limit of
/// connections for each address.
///
/// ```
/// use websocket::TrustedProxies;
///
/// let nginx = TrustedProxies::x_forwarded(["127.0.0.1", "10.1.0.0/16"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: Header,
    is_invalid: bool,
}

/// How a proxy says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Header {
    /// [RFC 7239](https://www.rfc-editor.org/rfc/rfc7239).
    Forwarded,
    #[default]
    XForwarded,
}

/// What a proxy says about a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// With port 0 where the proxy names none.
    pub(crate) client: Option<SocketAddr>,
    pub(crate) is_secure: Option<bool>,
    pub(crate) host: Option<String>,
}

impl TrustedProxies {
    /// Believes nobody.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Believes these addresses and networks (`10.0.0.0/8`), which set `X-Forwarded-For`, `X-Forwarded-Proto`, and
    /// `X-Forwarded-Host`. A text that is neither is an error when the listener binds.
    #[must_use]
    pub fn x_forwarded<N: AsRef<str>>(networks: impl IntoIterator<Item = N>) -> Self {
        Self::new(Header::XForwarded, networks)
    }

    /// Believes these addresses and networks (`10.0.0.0/8`), which set `Forwarded`
    /// ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)). A text that is neither is an error when the listener binds.
    #[must_use]
    pub fn forwarded<N: AsRef<str>>(networks: impl IntoIterator<Item = N>) -> Self {
        Self::new(Header::Forwarded, networks)
    }

    fn new<N: AsRef<str>>(header: Header, networks: impl IntoIterator<Item = N>) -> Self {
        let networks: Result<Vec<_>, _> = networks.into_iter().map(|text| network(text.as_ref())).collect();
        let is_invalid = networks.is_err();
        Self { networks: networks.unwrap_or_default(), header, is_invalid }
    }

    pub(crate) fn mistake(&self) -> Option<&'static str> {
        self.is_invalid.then_some("must be addresses and networks, as in `10.0.0.1` and `10.0.0.0/8`")
    }

    /// Returns whether this is one of the proxies.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Returns what a peer says about a request, if it is believed.
    pub(crate) fn read(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Forwarded> {
        if !self.contains(peer) {
            return None;
        }
        Some(match self.header {
            Header::Forwarded => self.read_forwarded(headers),
            Header::XForwarded => self.read_x_forwarded(headers),
        })
    }

    fn read_x_forwarded(&self, headers: &HeaderMap) -> Forwarded {
        let addresses = texts(headers, &X_FORWARDED_FOR).flat_map(|value| value.split(','));
        let hops: Vec<_> = addresses.map(str::trim).collect();
        // A value that the proxy appended stands last.
        let last = |name| texts(headers, name).last().and_then(|value| value.rsplit(',').next()).map(str::trim);
        Forwarded {
            client: self.client(&hops).map(|(_, address)| address),
            is_secure: last(&X_FORWARDED_PROTO).and_then(is_secure),
            host: last(&X_FORWARDED_HOST).filter(|host| !host.is_empty()).map(str::to_owned),
        }
    }

    fn read_forwarded(&self, headers: &HeaderMap) -> Forwarded {
        let elements: Vec<_> = texts(headers, &FORWARDED).flat_map(|value| split(value, ',')).collect();
        let parameter = |element: &&str, name: &str| -> Option<String> {
            let pair = |pair: &str| -> Option<String> {
                let (key, value) = pair.split_once('=')?;
                key.trim().eq_ignore_ascii_case(name).then(|| unquote(value.trim()))
            };
            split(element, ';').find_map(pair)
        };
        let hops: Vec<_> = elements.iter().map(|element| parameter(element, "for").unwrap_or_default()).collect();
        let client = self.client(&hops);
        // The element of the proxy that the client spoke to.
        let element = client.and_then(|(index, _)| elements.get(index));
        Forwarded {
            client: client.map(|(_, address)| address),
            is_secure: element.and_then(|element| parameter(element, "proto")).and_then(|proto| is_secure(&proto)),
            host: element.and_then(|element| parameter(element, "host")),
        }
    }

    /// Finds the client among the hops, the last of which is the nearest: the first that is no proxy of ours. What stands before a
    /// hop that cannot be read is not believed.
    fn client(&self, hops: &[impl AsRef<str>]) -> Option<(usize, SocketAddr)> {
        let mut client = None;
        for (index, hop) in hops.iter().enumerate().rev() {
            let Some(address) = address(hop.as_ref()) else { break };
            client = Some((index, address));
            if !self.contains(address.ip()) {
                break;
            }
        }
        client
    }
}

fn network(text: &str) -> Result<IpNet, ()> {
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(drop)
}

fn texts<'h>(headers: &'h HeaderMap, name: &'h HeaderName) -> impl Iterator<Item = &'h str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

/// Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 0)).or_else(|_| text.parse()).ok()
}

fn is_secure(scheme: &str) -> Option<bool> {
    match scheme.to_ascii_lowercase().as_str() {
        "https" | "wss" => Some(true),
        "http" | "ws" => Some(false),
        _ => None,
    }
}

/// Splits at a separator that does not stand in quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |character| {
        let is_separator = character == separator && !is_quoted;
        if character == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = character == '\\' && is_quoted && !is_escaped;
        is_separator
    })
}

/// Takes a value out of its quotes.
fn unquote(value: &str) -> String {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        None => value.to_owned(),
        Some(quoted) => {
            let mut is_escaped = false;
            let keep = |character: &char| {
                is_escaped = *character == '\\' && !is_escaped;
                !is_escaped
            };
            quoted.chars().filter(keep).collect()
        }
    }
}

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

#[cfg(test)]
mod tests;
