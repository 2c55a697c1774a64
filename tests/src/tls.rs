//! TLS as a client speaks it: rustls, without our code.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, SupportedProtocolVersion,
        client::{Resumption, WebPkiServerVerifier},
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName},
        version::{TLS12, TLS13},
    },
};

use crate::{
    certificates::{Authority, Identity},
    within,
};

/// A connection whose handshake is over. Boxed: rustls's part of it is large.
pub type Connected = Box<TlsStream<TcpStream>>;

/// What a client is made of. It trusts one authority, and resumes no session.
#[derive(Clone, Debug)]
pub struct TlsClient {
    authority: Arc<WebPkiServerVerifier>,
    versions: Vec<&'static SupportedProtocolVersion>,
    identity: Option<Identity>,
    alpn: Vec<Vec<u8>>,
    resumption: Resumption,
}

impl TlsClient {
    /// Trusts this authority.
    #[must_use]
    pub fn new(authority: &Authority) -> Self {
        Self::trusting(authority.der())
    }

    /// Trusts the authority with this certificate.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn trusting(authority: CertificateDer<'static>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority).expect("it is an authority");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        Self {
            authority: verifier.expect("there is an authority"),
            versions: vec![&TLS12, &TLS13],
            identity: None,
            alpn: Vec::new(),
            resumption: Resumption::disabled(),
        }
    }

    /// Speaks only this version.
    #[must_use]
    pub fn version(mut self, version: &'static SupportedProtocolVersion) -> Self {
        self.versions = vec![version];
        self
    }

    /// Shows this certificate when it is asked.
    #[must_use]
    pub fn identity(mut self, identity: &Identity) -> Self {
        self.identity = Some(identity.clone());
        self
    }

    /// Offers these protocols.
    #[must_use]
    pub fn alpn(mut self, protocols: &[&str]) -> Self {
        self.alpn = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        self
    }

    /// Resumes the sessions of one configuration.
    #[must_use]
    pub fn resuming(mut self) -> Self {
        self.resumption = Resumption::in_memory_sessions(100);
        self
    }

    /// Makes rustls's configuration.
    ///
    /// # Panics
    ///
    /// When the identity is none.
    #[must_use]
    pub fn config(&self) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&self.versions)
            .expect("the versions are known")
            .dangerous()
            .with_custom_certificate_verifier(self.authority.clone());
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(vec![identity.certificate_der()], identity.key_der())
                .expect("the key belongs to the certificate"),
        };
        config.alpn_protocols.clone_from(&self.alpn);
        config.resumption = self.resumption.clone();
        Arc::new(config)
    }

    /// Connects to `localhost` at this address.
    ///
    /// # Errors
    ///
    /// When the handshake fails.
    ///
    /// # Panics
    ///
    /// When nobody listens.
    pub async fn try_connect(&self, address: SocketAddr) -> io::Result<Connected> {
        connect(self.config(), address).await
    }

    /// Connects to `localhost` at this address.
    ///
    /// # Panics
    ///
    /// When that fails.
    pub async fn connect(&self, address: SocketAddr) -> Connected {
        self.try_connect(address).await.expect("the TLS handshake succeeds")
    }
}

/// Connects to `localhost` at this address.
///
/// # Errors
///
/// When the handshake fails.
///
/// # Panics
///
/// When nobody listens.
pub async fn connect(config: Arc<ClientConfig>, address: SocketAddr) -> io::Result<Connected> {
    let stream = within("the TCP connection", TcpStream::connect(address)).await.expect("the server accepts");
    stream.set_nodelay(true).expect("TCP_NODELAY is accepted");
    let name = ServerName::try_from("localhost").expect("it is a name");
    let connecting = TlsConnector::from(config).connect(name, stream);
    within("the TLS handshake", Box::pin(connecting)).await.map(Box::new)
}
