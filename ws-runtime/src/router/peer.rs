//! Who sent a request, and how: as the listener saw it, or as a trusted proxy says.

use std::net::SocketAddr;
use std::sync::Arc;

use http::header::HOST;
use http::{HeaderMap, Uri};

use crate::origins::Reached;
#[cfg(feature = "http2")]
use crate::router::activity::Active;
use crate::router::addresses::{Addresses, Full, Place};
use crate::router::proxies::TrustedProxies;
use crate::tls_info::TlsInfo;

/// The other end of a TCP connection; attached to its requests by the listener.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) remote_addr: SocketAddr,
    /// The TLS that it came over, if it did.
    pub(crate) tls: Option<Arc<TlsInfo>>,
    /// What it takes up of what its address may have.
    pub(crate) place: Option<Arc<Place>>,
    /// That of this request, in a connection that has many at once.
    #[cfg(feature = "http2")]
    pub(crate) active: Option<Arc<Active>>,
}

/// What a WebSocket connection takes up until it ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holds {
    _place: Option<Arc<Place>>,
    #[cfg(feature = "http2")]
    _active: Option<Arc<Active>>,
}

impl Peer {
    pub(crate) fn new(remote_addr: SocketAddr, place: Option<Arc<Place>>) -> Self {
        Self {
            remote_addr,
            tls: None,
            place,
            #[cfg(feature = "http2")]
            active: None,
        }
    }
}

/// Where a request really comes from.
#[derive(Debug)]
pub(crate) struct Source {
    /// `None` where a server that we are mounted in does not say.
    pub(crate) remote_addr: Option<SocketAddr>,
    /// `None` where a server that we are mounted in does not say.
    pub(crate) is_secure: Option<bool>,
    /// That of the TCP connection, also where a proxy forwards on it.
    pub(crate) tls: Option<Arc<TlsInfo>>,
    /// The host, with the port if there is one, that the client believes to talk to.
    pub(crate) authority: Option<String>,
    place: Option<Arc<Place>>,
    #[cfg(feature = "http2")]
    active: Option<Arc<Active>>,
}

impl Source {
    /// Finds out who sent a request.
    ///
    /// # Errors
    /// The address, which a proxy may have named, has all the connections that it may have.
    pub(crate) fn of(
        peer: Option<&Peer>,
        proxies: &TrustedProxies,
        addresses: &Addresses,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Self, Full> {
        let mut source = Self {
            remote_addr: peer.map(|peer| peer.remote_addr),
            is_secure: peer.map(|peer| peer.tls.is_some()),
            tls: peer.and_then(|peer| peer.tls.clone()),
            authority: authority(uri, headers),
            place: None,
            #[cfg(feature = "http2")]
            active: peer.and_then(|peer| peer.active.clone()),
        };
        if let Some(Peer { place: Some(place), remote_addr, .. }) = peer {
            // Of several requests at once in a connection, each counts like a connection.
            #[cfg(feature = "http2")]
            let is_shared = source.active.is_some();
            #[cfg(not(feature = "http2"))]
            let is_shared = false;
            source.place = if is_shared { addresses.enter(remote_addr.ip())? } else { Some(Arc::clone(place)) };
        }
        let Some(forwarded) = peer.and_then(|peer| proxies.read(peer.remote_addr.ip(), headers)) else {
            return Ok(source);
        };
        if let Some(client) = forwarded.client {
            source.remote_addr = Some(client);
            source.place = addresses.enter(client.ip())?;
        }
        source.is_secure = forwarded.is_secure.or(source.is_secure);
        source.authority = forwarded.host.or(source.authority);
        Ok(source)
    }

    pub(crate) fn holds(&self) -> Holds {
        Holds {
            _place: self.place.clone(),
            #[cfg(feature = "http2")]
            _active: self.active.clone(),
        }
    }

    /// Returns how the client reaches this server.
    pub(crate) fn reached(&self) -> Reached<'_> {
        Reached { is_secure: self.is_secure, authority: self.authority.as_deref() }
    }
}

/// Returns the host and port of a request: those of its target, where it names them, come before the header
/// ([RFC 9112 §3.2.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2)).
fn authority(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str().to_owned()),
        None => headers.get(HOST)?.to_str().ok().map(str::to_owned),
    }
}
