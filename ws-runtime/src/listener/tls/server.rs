//! From the settings to the configuration of rustls.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, StoresServerSessions, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::{RootCertStore, ServerConfig};

use crate::error::TlsError;
use crate::listener::tls::config::{ClientCertificates, TlsConfig};
use crate::tls::Text;

/// What new connections are served with.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) config: Arc<ServerConfig>,
    pub(super) verifier: Arc<dyn ClientCertVerifier>,
    authorities: Vec<CertificateDer<'static>>,
    sessions: Arc<dyn StoresServerSessions>,
}

impl Server {
    /// Reads all files and checks all settings.
    pub(super) fn new(settings: &TlsConfig, previous: Option<&Self>) -> Result<Self, TlsError> {
        let provider = Arc::new(settings.cryptography.provider()?);
        let certified_key = settings.identity.certified_key(&provider)?;
        let (authorities, verifier) = match &settings.client_certificates {
            None => (Vec::new(), WebPkiClientVerifier::no_client_auth()),
            Some(certificates) => client_verifier(certificates, &provider)?,
        };
        let sessions = match previous {
            // Not for others: who came with a certificate of an authority that is gone would come back without one.
            Some(previous) if previous.authorities == authorities => Arc::clone(&previous.sessions),
            _ => sessions(settings.session_cache_size),
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&settings.cryptography.versions())
            .map_err(|error| TlsError::Provider { reason: error.to_string() })?
            .with_client_cert_verifier(Arc::clone(&verifier))
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified_key)));
        config.alpn_protocols.clone_from(&settings.protocols);
        config.session_storage = Arc::clone(&sessions);
        if settings.session_cache_size == 0 {
            config.send_tls13_tickets = 0;
        }
        Ok(Self { config: Arc::new(config), verifier, authorities, sessions })
    }
}

/// Keeps the sessions of both versions in one cache: tickets of TLS 1.3 are names of sessions in it, and are taken out when they are used.
fn sessions(size: usize) -> Arc<dyn StoresServerSessions> {
    match size {
        0 => Arc::new(NoServerSessionStorage {}),
        size => ServerSessionMemoryCache::new(size),
    }
}

type Verification = (Vec<CertificateDer<'static>>, Arc<dyn ClientCertVerifier>);

fn client_verifier(
    certificates: &ClientCertificates,
    provider: &Arc<CryptoProvider>,
) -> Result<Verification, TlsError> {
    let key = "client_certificates";
    let text = Text::read(key, &certificates.authority)?;
    let invalid = |reason: String| TlsError::InvalidCertificate { key, path: text.path(), reason };
    let authorities = text.certificates()?;
    let mut roots = RootCertStore::empty();
    for authority in &authorities {
        roots.add(authority.clone()).map_err(|error| invalid(error.to_string()))?;
    }
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    if !certificates.required {
        builder = builder.allow_unauthenticated();
    }
    let verifier = builder.build().map_err(|error| invalid(error.to_string()))?;
    Ok((authorities, verifier))
}
