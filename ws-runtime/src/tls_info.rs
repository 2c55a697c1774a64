//! What is known about the TLS of a connection.

use std::fmt;

use ws_core::protocol::Role;

/// The TLS of a connection: what was agreed on, and what the peer showed.
///
/// Returned by [`Caller::tls`](crate::Caller::tls) and [`UpgradeRequest::tls`](crate::UpgradeRequest::tls), for connections whose TLS
/// ends in this process.
#[derive(Clone, PartialEq, Eq)]
pub struct TlsInfo {
    version: TlsVersion,
    cipher_suite: &'static str,
    server_name: Option<Box<str>>,
    alpn: Option<Box<[u8]>>,
    /// Whose the certificates are.
    peer: Role,
    /// DER, that of the peer first.
    certificates: Vec<Box<[u8]>>,
}

/// A version of TLS. Older ones are not spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "config", derive(serde::Deserialize))]
#[non_exhaustive]
pub enum TlsVersion {
    /// [RFC 5246](https://www.rfc-editor.org/rfc/rfc5246).
    #[cfg_attr(feature = "config", serde(rename = "1.2"))]
    V1_2,
    /// [RFC 8446](https://www.rfc-editor.org/rfc/rfc8446).
    #[cfg_attr(feature = "config", serde(rename = "1.3"))]
    V1_3,
}

impl TlsInfo {
    /// Reads what a server's handshake has agreed on; `None` before it has ended.
    #[cfg(feature = "rustls")]
    pub(crate) fn of(connection: &rustls::ServerConnection) -> Option<Self> {
        Self::of_either(connection, Role::Client, connection.server_name())
    }

    /// Reads what a client's handshake has agreed on; `None` before it has ended.
    #[cfg(all(feature = "client", feature = "rustls"))]
    pub(crate) fn of_client(connection: &rustls::ClientConnection, server_name: Option<&str>) -> Option<Self> {
        Self::of_either(connection, Role::Server, server_name)
    }

    #[cfg(feature = "rustls")]
    fn of_either(connection: &rustls::CommonState, peer: Role, server_name: Option<&str>) -> Option<Self> {
        let version = match connection.protocol_version()? {
            rustls::ProtocolVersion::TLSv1_2 => TlsVersion::V1_2,
            _ => TlsVersion::V1_3,
        };
        let certificates = connection.peer_certificates().unwrap_or_default();
        Some(Self {
            version,
            cipher_suite: suite_name(connection.negotiated_cipher_suite()?.suite()),
            server_name: server_name.map(Box::from),
            alpn: connection.alpn_protocol().map(Box::from),
            peer,
            certificates: certificates.iter().map(|certificate| Box::from(certificate.as_ref())).collect(),
        })
    }

    /// Returns the version of the protocol.
    #[must_use]
    pub fn version(&self) -> TlsVersion {
        self.version
    }

    /// Returns the name of the cipher suite, as IANA registers it: `TLS_AES_128_GCM_SHA256`.
    #[must_use]
    pub fn cipher_suite(&self) -> &str {
        self.cipher_suite
    }

    /// Returns the name of the server that the client asked for (SNI).
    #[must_use]
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// Returns the protocol that was agreed on (ALPN), `http/1.1` for instance; `None` when the client named none.
    #[must_use]
    pub fn alpn(&self) -> Option<&[u8]> {
        self.alpn.as_deref()
    }

    /// Returns the certificate that the client showed, in DER; it has been verified. `None` when it showed none, and on the connection
    /// of a client, which knows its own.
    #[must_use]
    pub fn client_certificate(&self) -> Option<&[u8]> {
        self.client_certificate_chain().next()
    }

    /// Returns the certificates that the client sent, in DER, its own first. Only that one has been verified: of the others,
    /// those that were needed for it.
    pub fn client_certificate_chain(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates_of(Role::Client)
    }

    /// Returns the certificate that the server showed, in DER; it has been verified, unless the client takes any. `None` on the
    /// connection of a server, which knows its own.
    #[must_use]
    pub fn server_certificate(&self) -> Option<&[u8]> {
        self.server_certificate_chain().next()
    }

    /// Returns the certificates that the server sent, in DER, its own first. Only that one has been verified: of the others,
    /// those that were needed for it.
    pub fn server_certificate_chain(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates_of(Role::Server)
    }

    fn certificates_of(&self, role: Role) -> impl Iterator<Item = &[u8]> {
        let certificates = if self.peer == role { self.certificates.as_slice() } else { &[] };
        certificates.iter().map(AsRef::as_ref)
    }
}

impl fmt::Debug for TlsInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsInfo")
            .field("version", &self.version)
            .field("cipher_suite", &self.cipher_suite)
            .field("server_name", &self.server_name)
            .field("alpn", &self.alpn.as_deref().map(String::from_utf8_lossy))
            .field("peer", &self.peer)
            .field("certificates", &self.certificates.len())
            .finish()
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        })
    }
}

/// Returns the registered name of a cipher suite; rustls has names of its own for those of TLS 1.3.
#[cfg(feature = "rustls")]
pub(crate) fn suite_name(suite: rustls::CipherSuite) -> &'static str {
    use rustls::CipherSuite as Suite;
    match suite {
        Suite::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        Suite::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        Suite::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        Suite::TLS13_AES_128_CCM_SHA256 => "TLS_AES_128_CCM_SHA256",
        Suite::TLS13_AES_128_CCM_8_SHA256 => "TLS_AES_128_CCM_8_SHA256",
        suite => suite.as_str().unwrap_or("unknown"),
    }
}
