//! The request for an upgrade.

use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use http::{Extensions, HeaderMap, Uri, Version};

use crate::identity::Identity;
use crate::tls_info::TlsInfo;

/// The HTTP request that asks for the upgrade, with the parameters found in its path.
///
/// An upgrade function takes it as `&UpgradeRequest` for what the arguments by name do not give.
#[derive(Debug)]
pub struct UpgradeRequest {
    parts: Parts,
    /// Decoded.
    parameters: Vec<(&'static str, String)>,
    remote_addr: Option<SocketAddr>,
    is_secure: bool,
    tls: Option<Arc<TlsInfo>>,
    identity: Option<Arc<Identity>>,
}

impl UpgradeRequest {
    pub(crate) fn new(
        parts: Parts,
        parameters: Vec<(&'static str, String)>,
        remote_addr: Option<SocketAddr>,
        is_secure: bool,
        tls: Option<Arc<TlsInfo>>,
    ) -> Self {
        Self { parts, parameters, remote_addr, is_secure, tls, identity: None }
    }

    pub(crate) fn set_identity(&mut self, identity: Arc<Identity>) {
        self.identity = Some(identity);
    }

    pub(crate) fn shared_tls(&self) -> Option<&Arc<TlsInfo>> {
        self.tls.as_ref()
    }

    /// Returns the URI as it was requested; nothing in it is decoded.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// Returns the version of HTTP that it came over.
    #[must_use]
    pub fn version(&self) -> Version {
        self.parts.version
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Returns what a middleware in front of the service has attached to the request.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.parts.extensions
    }

    /// Returns the first value of a header, if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// Returns a path parameter, percent-decoded.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(parameter, _)| *parameter == name).map(|(_, value)| value.as_str())
    }

    /// Returns the values of a query parameter, decoded, in the order of the query.
    pub fn query_values(&self, name: &str) -> impl Iterator<Item = String> {
        let query = self.parts.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .filter(move |(parameter, _)| parameter == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Returns the address of the peer, where the server knows it.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.remote_addr
    }

    /// Returns whether the request came over TLS, which ends in the [`Listener`](crate::Listener) or in a
    /// [trusted proxy](crate::TrustedProxies).
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Returns who sends the request, as the rules of the service or of the listener found out. `None` where there are none.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }

    /// Returns the TLS that the request came over: its version, and the certificate that the client showed, for instance. `None`
    /// for plain HTTP, and where the TLS does not end in the [`Listener`](crate::Listener). Behind a trusted proxy, it is that of the proxy.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_deref()
    }
}
