//! The settings as a configuration file spells them.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::listener::config::read_seconds;
use crate::listener::tls::config::{ClientCertificates, Pem, TlsConfig};
use crate::tls_info::TlsVersion;

/// What is absent has the default of the builder. A path that is absent is blank, which the check of all settings tells.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    certificate: PathBuf,
    key: PathBuf,
    client_certificates: Option<ClientSettings>,
    versions: Vec<TlsVersion>,
    cipher_suites: Option<Vec<String>>,
    session_cache_size: usize,
    #[serde(deserialize_with = "read_seconds")]
    handshake_timeout: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientSettings {
    #[serde(default)]
    authority: PathBuf,
    #[serde(default = "is_required")]
    required: bool,
}

fn is_required() -> bool {
    true
}

impl Default for Settings {
    fn default() -> Self {
        let blank = || Pem::File(PathBuf::new());
        let TlsConfig { versions, cipher_suites, session_cache_size, handshake_timeout, .. } =
            TlsConfig::new(blank(), blank());
        Self {
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            client_certificates: None,
            versions,
            cipher_suites,
            session_cache_size,
            handshake_timeout,
        }
    }
}

impl From<Settings> for TlsConfig {
    fn from(settings: Settings) -> Self {
        let client_certificates = settings.client_certificates.map(|ClientSettings { authority, required }| {
            ClientCertificates { authority: Pem::File(authority), required }
        });
        Self {
            client_certificates,
            versions: settings.versions,
            cipher_suites: settings.cipher_suites,
            session_cache_size: settings.session_cache_size,
            handshake_timeout: settings.handshake_timeout,
            ..Self::from_pem_files(settings.certificate, settings.key)
        }
    }
}
