//! From the settings to the configuration of rustls.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache, StoresServerSessions, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{InconsistentKeys, RootCertStore, ServerConfig, SupportedProtocolVersion, version};

use crate::error::TlsError;
use crate::listener::tls::config::{ClientCertificates, Identity, TlsConfig};
use crate::listener::tls::pem::Text;
#[cfg(feature = "pkcs12")]
use crate::listener::tls::pkcs12;
use crate::listener::tls::source::Source;
use crate::tls_info::{TlsVersion, suite_name};

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
        let provider = Arc::new(provider(settings)?);
        let certified_key = certified_key(settings, &provider)?;
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
            .with_protocol_versions(&versions(settings))
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

fn versions(settings: &TlsConfig) -> Vec<&'static SupportedProtocolVersion> {
    let known = [(TlsVersion::V1_3, &version::TLS13), (TlsVersion::V1_2, &version::TLS12)];
    known.into_iter().filter(|(version, _)| settings.versions.contains(version)).map(|(_, known)| known).collect()
}

/// Finds the cryptography, with the cipher suites that were chosen.
fn provider(settings: &TlsConfig) -> Result<CryptoProvider, TlsError> {
    let mut provider = match &settings.provider {
        Some(provider) => CryptoProvider::clone(provider),
        #[cfg(feature = "tls")]
        None => rustls::crypto::aws_lc_rs::default_provider(),
        #[cfg(all(feature = "tls-ring", not(feature = "tls")))]
        None => rustls::crypto::ring::default_provider(),
        #[cfg(not(any(feature = "tls", feature = "tls-ring")))]
        None => return Err(TlsError::NoProvider),
    };
    if let Some(names) = &settings.cipher_suites {
        let known = std::mem::take(&mut provider.cipher_suites);
        for name in names {
            let suite = known.iter().find(|suite| suite_name(suite.suite()) == name);
            provider.cipher_suites.push(*suite.ok_or_else(|| TlsError::UnknownCipherSuite {
                name: name.clone(),
                known: known.iter().map(|suite| suite_name(suite.suite())).collect(),
            })?);
        }
    }
    if settings.versions.is_empty() {
        return Err(TlsError::NoVersions);
    }
    for &version in &settings.versions {
        let is_for = |suite: &rustls::SupportedCipherSuite| suite.tls13().is_some() == (version == TlsVersion::V1_3);
        if !provider.cipher_suites.iter().any(is_for) {
            return Err(TlsError::NoCipherSuite { version });
        }
    }
    Ok(provider)
}

fn certified_key(settings: &TlsConfig, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    match &settings.identity {
        Identity::Pem { certificate, key } => certified_pem(certificate, key, provider),
        #[cfg(feature = "pkcs12")]
        Identity::Pkcs12 { archive, password } => pkcs12::certified_key(archive, password, provider),
    }
}

fn certified_pem(certificate: &Source, key: &Source, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let certificate = Text::read("certificate", certificate)?;
    let key = Text::read("key", key)?;
    let chain = certificate.certificates()?;
    let key = provider
        .key_provider
        .load_private_key(key.key()?)
        .map_err(|error| TlsError::InvalidKey { path: key.path(), reason: error.to_string() })?;
    let certified_key = CertifiedKey::new(chain, key);
    match certified_key.keys_match() {
        // Keys in hardware may not tell what is public about them.
        Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(certified_key),
        Err(rustls::Error::InconsistentKeys(_)) => Err(TlsError::KeyMismatch),
        Err(error) => Err(TlsError::InvalidCertificate {
            key: "certificate",
            path: certificate.path(),
            reason: error.to_string(),
        }),
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
