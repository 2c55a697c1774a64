//! A certificate with its private key: what one end shows to the other.

use rustls::InconsistentKeys;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;

use crate::error::TlsError;
use crate::tls::pem::Text;
use crate::tls::source::Source;
#[cfg(feature = "pkcs12")]
use crate::tls::{password::Pkcs12Password, pkcs12};

/// Where a certificate, with those of its intermediate authorities behind it, and its private key come from.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    Pem {
        certificate: Source,
        key: Source,
    },
    #[cfg(feature = "pkcs12")]
    Pkcs12 {
        archive: Source,
        password: Pkcs12Password,
    },
}

impl Identity {
    /// # Errors
    /// What is wrong with the files, or with what they hold.
    pub(crate) fn certified_key(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        match self {
            Self::Pem { certificate, key } => certified_pem(certificate, key, provider),
            #[cfg(feature = "pkcs12")]
            Self::Pkcs12 { archive, password } => pkcs12::certified_key(archive, password, provider),
        }
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
