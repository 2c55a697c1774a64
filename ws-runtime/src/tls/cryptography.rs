//! The cryptography that was chosen.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::{SupportedProtocolVersion, version};

use crate::error::TlsError;
use crate::tls_info::{TlsVersion, suite_name};

/// Which versions are spoken, with which cipher suites, and whose code it is.
#[derive(Clone, Debug)]
pub(crate) struct Cryptography {
    pub(crate) provider: Option<Arc<CryptoProvider>>,
    pub(crate) versions: Vec<TlsVersion>,
    /// `None` is all that the provider has.
    pub(crate) cipher_suites: Option<Vec<String>>,
}

impl Cryptography {
    /// Finds the provider, with the cipher suites that were chosen.
    pub(crate) fn provider(&self) -> Result<CryptoProvider, TlsError> {
        let mut provider = match &self.provider {
            Some(provider) => CryptoProvider::clone(provider),
            #[cfg(feature = "tls")]
            None => rustls::crypto::aws_lc_rs::default_provider(),
            #[cfg(all(feature = "tls-ring", not(feature = "tls")))]
            None => rustls::crypto::ring::default_provider(),
            #[cfg(not(any(feature = "tls", feature = "tls-ring")))]
            None => return Err(TlsError::NoProvider),
        };
        if let Some(names) = &self.cipher_suites {
            let known = std::mem::take(&mut provider.cipher_suites);
            for name in names {
                let suite = known.iter().find(|suite| suite_name(suite.suite()) == name);
                provider.cipher_suites.push(*suite.ok_or_else(|| TlsError::UnknownCipherSuite {
                    name: name.clone(),
                    known: known.iter().map(|suite| suite_name(suite.suite())).collect(),
                })?);
            }
        }
        if self.versions.is_empty() {
            return Err(TlsError::NoVersions);
        }
        for &version in &self.versions {
            let is_for =
                |suite: &rustls::SupportedCipherSuite| suite.tls13().is_some() == (version == TlsVersion::V1_3);
            if !provider.cipher_suites.iter().any(is_for) {
                return Err(TlsError::NoCipherSuite { version });
            }
        }
        Ok(provider)
    }

    /// Returns the versions as rustls names them.
    pub(crate) fn versions(&self) -> Vec<&'static SupportedProtocolVersion> {
        let known = [(TlsVersion::V1_3, &version::TLS13), (TlsVersion::V1_2, &version::TLS12)];
        known.into_iter().filter(|(version, _)| self.versions.contains(version)).map(|(_, known)| known).collect()
    }
}

impl Default for Cryptography {
    fn default() -> Self {
        Self { provider: None, versions: vec![TlsVersion::V1_2, TlsVersion::V1_3], cipher_suites: None }
    }
}
