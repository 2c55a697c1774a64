//! The settings as a configuration file spells them.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::listener::config::read_seconds;
use crate::listener::tls::config::{ClientCertificates, TlsConfig};
#[cfg(feature = "pkcs12")]
use crate::tls::Pkcs12Password;
use crate::tls::{Cryptography, Identity, Source};
use crate::tls_info::TlsVersion;

/// What is absent has the default of the builder. A path that is absent is blank, which the check of all settings tells.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settings {
    certificate: PathBuf,
    key: PathBuf,
    #[cfg(feature = "pkcs12")]
    pkcs12: Option<Pkcs12Settings>,
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

#[cfg(feature = "pkcs12")]
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pkcs12Settings {
    #[serde(default)]
    file: PathBuf,
    password: Option<String>,
    password_file: Option<PathBuf>,
}

fn is_required() -> bool {
    true
}

impl Default for Settings {
    fn default() -> Self {
        let blank = || Source::File(PathBuf::new());
        let TlsConfig { cryptography, session_cache_size, handshake_timeout, .. } =
            TlsConfig::new(Identity::Pem { certificate: blank(), key: blank() });
        let Cryptography { versions, cipher_suites, .. } = cryptography;
        Self {
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            #[cfg(feature = "pkcs12")]
            pkcs12: None,
            client_certificates: None,
            versions,
            cipher_suites,
            session_cache_size,
            handshake_timeout,
        }
    }
}

impl TryFrom<Settings> for TlsConfig {
    type Error = &'static str;

    fn try_from(settings: Settings) -> Result<Self, Self::Error> {
        let client_certificates = settings.client_certificates.map(|ClientSettings { authority, required }| {
            ClientCertificates { authority: Source::File(authority), required }
        });
        #[cfg(feature = "pkcs12")]
        let own = match settings.pkcs12 {
            None => Self::from_pem_files(settings.certificate, settings.key),
            Some(_) if settings.certificate != PathBuf::new() || settings.key != PathBuf::new() => {
                return Err("`pkcs12` holds the certificate and its key: leave out `certificate` and `key`");
            }
            Some(pkcs12) => pkcs12.read()?,
        };
        #[cfg(not(feature = "pkcs12"))]
        let own = Self::from_pem_files(settings.certificate, settings.key);
        Ok(Self {
            client_certificates,
            cryptography: Cryptography {
                versions: settings.versions,
                cipher_suites: settings.cipher_suites,
                ..Cryptography::default()
            },
            session_cache_size: settings.session_cache_size,
            handshake_timeout: settings.handshake_timeout,
            ..own
        })
    }
}

#[cfg(feature = "pkcs12")]
impl Pkcs12Settings {
    fn read(self) -> Result<TlsConfig, &'static str> {
        let password = match (self.password, self.password_file) {
            (Some(password), None) => Pkcs12Password::from(password),
            (None, Some(path)) => Pkcs12Password::file(path),
            _ => return Err("`pkcs12` needs either `password` or `password_file`"),
        };
        Ok(TlsConfig::from_pkcs12_file(self.file, password))
    }
}
