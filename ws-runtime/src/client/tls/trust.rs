//! Whom to believe that they are the server.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

use crate::client::tls::config::Settings;
use crate::error::TlsError;
use crate::tls::{Source, Text};

/// Makes what looks at certificates.
pub(super) fn verifier(
    settings: &Settings,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    let own = read(&settings.authorities, &mut roots)?;
    let extra = read(&settings.extra_authorities, &mut roots)?;
    if settings.is_any_certificate_accepted {
        return Ok(Arc::new(AnyCertificate(Arc::clone(provider))));
    }
    if own.is_empty() {
        return platform(extra, Arc::clone(provider));
    }
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    Ok(built.map_err(|error| TlsError::NoRoots { reason: error.to_string() })?)
}

/// Reads certificates, and sees whether they can be those of authorities.
fn read(files: &[(&'static str, Source)], roots: &mut RootCertStore) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let mut all = Vec::new();
    for (key, pem) in files {
        let text = Text::read(key, pem)?;
        for certificate in text.certificates()? {
            let invalid =
                |error: Error| TlsError::InvalidCertificate { key, path: text.path(), reason: error.to_string() };
            roots.add(certificate.clone()).map_err(invalid)?;
            all.push(certificate);
        }
    }
    Ok(all)
}

#[cfg(not(target_os = "android"))]
fn platform(
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let verifier = Verifier::new_with_extra_roots(extra, provider);
    Ok(Arc::new(verifier.map_err(|error| TlsError::NoRoots { reason: error.to_string() })?))
}

/// There are no others beside those of the platform.
#[cfg(target_os = "android")]
fn platform(
    _: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let verifier = Verifier::new(provider);
    Ok(Arc::new(verifier.map_err(|error| TlsError::NoRoots { reason: error.to_string() })?))
}

/// Believes everybody. Only that who shows a certificate has its key is still looked at: TLS is not TLS without that.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
