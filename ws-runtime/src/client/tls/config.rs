//! The settings.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, client};

use crate::client::tls::trust;
use crate::error::TlsError;
#[cfg(feature = "pkcs12")]
use crate::tls::Pkcs12Password;
use crate::tls::{Cryptography, Identity, Source};
use crate::tls_info::TlsVersion;

/// The TLS of a [`Client`](crate::Client), for urls that begin with `wss://`.
///
/// By default, the server's certificate must be for the host of the url, and of an authority that the platform trusts. What the
/// platform is asked through is the crate `rustls-platform-verifier`, as the authors of rustls recommend: where the system has a
/// verification of its own (Windows, macOS, iOS, Android), that decides, with its revocations and with what an enterprise has
/// configured; elsewhere it is the system's file of authorities, or the one that the environment names in `SSL_CERT_FILE` and
/// `SSL_CERT_DIR`. On Android that crate must be initialised by the program.
///
/// Everything is checked when the client connects; [`TlsError`](crate::TlsError) says what is wrong. The files are read then, once: clones
/// share what was read, and the sessions that can be resumed. So one that is kept and cloned for each of many clients is cheaper than
/// one for each.
///
/// ```no_run
/// # async fn example() -> websocket::Result<()> {
/// use websocket::{Client, ClientTlsConfig};
///
/// let tls = ClientTlsConfig::new().authority_file("ca.pem").certificate_files("ann.pem", "ann-key.pem");
/// let client = Client::builder("wss://chat.example/").tls(tls).connect().await?;
/// # drop(client);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "it does nothing until a client has it"]
pub struct ClientTlsConfig {
    shared: Arc<Shared>,
}

/// What clones share.
struct Shared {
    settings: Settings,
    /// Made when it is needed first.
    config: OnceLock<Arc<ClientConfig>>,
}

#[derive(Clone)]
pub(super) struct Settings {
    /// In the place of those of the platform, if there are some.
    pub(super) authorities: Vec<(&'static str, Source)>,
    /// Beside the others.
    pub(super) extra_authorities: Vec<(&'static str, Source)>,
    pub(super) is_any_certificate_accepted: bool,
    identity: Option<Identity>,
    server_name: Option<String>,
    cryptography: Cryptography,
    session_cache_size: usize,
}

impl ClientTlsConfig {
    /// Starts with the defaults.
    pub fn new() -> Self {
        Self::from_settings(Settings {
            authorities: Vec::new(),
            extra_authorities: Vec::new(),
            is_any_certificate_accepted: false,
            identity: None,
            server_name: None,
            cryptography: Cryptography::default(),
            session_cache_size: 256,
        })
    }

    fn from_settings(settings: Settings) -> Self {
        Self { shared: Arc::new(Shared { settings, config: OnceLock::new() }) }
    }

    /// Trusts the authorities of this file instead of those of the platform: one or several certificates in PEM. More files add to it.
    /// Default: those of the platform.
    pub fn authority_file(self, path: impl Into<PathBuf>) -> Self {
        self.with(|settings| settings.authorities.push(("authority_file", Source::File(path.into()))))
    }

    /// Like [`authority_file`](Self::authority_file), with the PEM itself.
    pub fn authority_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        self.with(|settings| settings.authorities.push(("authority_pem", Source::Bytes(pem.into()))))
    }

    /// Trusts the authorities of this file beside those of the platform: one or several certificates in PEM. More files add to it.
    /// Default: none.
    #[cfg(not(target_os = "android"))]
    pub fn extra_authority_file(self, path: impl Into<PathBuf>) -> Self {
        self.with(|settings| settings.extra_authorities.push(("extra_authority_file", Source::File(path.into()))))
    }

    /// Like [`extra_authority_file`](Self::extra_authority_file), with the PEM itself.
    #[cfg(not(target_os = "android"))]
    pub fn extra_authority_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        self.with(|settings| settings.extra_authorities.push(("extra_authority_pem", Source::Bytes(pem.into()))))
    }

    /// Shows this certificate to a server that asks for one (mutual TLS): the certificate with those of its intermediate authorities
    /// behind it, and its private key, from files. Default: none.
    ///
    /// They are PEM files; both may be the same one. A key may be PKCS#8, PKCS#1, or SEC1, and must not be encrypted. PKCS#12 (`.p12`,
    /// `.pfx`) is read with the feature `pkcs12`, by `certificate_pkcs12_file`.
    pub fn certificate_files(self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        let identity = Identity::Pem { certificate: Source::File(certificate.into()), key: Source::File(key.into()) };
        self.with(|settings| settings.identity = Some(identity))
    }

    /// Like [`certificate_files`](Self::certificate_files), with the PEM itself.
    pub fn certificate_pem(self, certificate: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        let identity = Identity::Pem { certificate: Source::Bytes(certificate.into()), key: Source::Bytes(key.into()) };
        self.with(|settings| settings.identity = Some(identity))
    }

    /// Shows the certificate of a PKCS#12 file to a server that asks for one: see
    /// [`TlsConfig::from_pkcs12_file`](crate::TlsConfig::from_pkcs12_file). Default: none.
    #[cfg(feature = "pkcs12")]
    pub fn certificate_pkcs12_file(self, path: impl Into<PathBuf>, password: impl Into<Pkcs12Password>) -> Self {
        let identity = Identity::Pkcs12 { archive: Source::File(path.into()), password: password.into() };
        self.with(|settings| settings.identity = Some(identity))
    }

    /// Like [`certificate_pkcs12_file`](Self::certificate_pkcs12_file), with the bytes themselves.
    #[cfg(feature = "pkcs12")]
    pub fn certificate_pkcs12(self, bytes: impl Into<Vec<u8>>, password: impl Into<Pkcs12Password>) -> Self {
        let identity = Identity::Pkcs12 { archive: Source::Bytes(bytes.into()), password: password.into() };
        self.with(|settings| settings.identity = Some(identity))
    }

    /// Sets for whom the server's certificate must be, which is also the name that the server is asked for (SNI). Default: the host of
    /// the url, which stays the one that is connected to.
    pub fn server_name(self, name: impl Into<String>) -> Self {
        self.with(|settings| settings.server_name = Some(name.into()))
    }

    /// Chooses the versions that are spoken; at least one. Default: TLS 1.2 and 1.3.
    pub fn versions(self, versions: impl IntoIterator<Item = TlsVersion>) -> Self {
        self.with(|settings| settings.cryptography.versions = versions.into_iter().collect())
    }

    /// Chooses the cipher suites by the names that IANA registers, the preferred ones first; at least one for each version. Default:
    /// those of the crypto provider, all of which are safe.
    pub fn cipher_suites(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(|settings| {
            settings.cryptography.cipher_suites = Some(names.into_iter().map(Into::into).collect());
        })
    }

    /// Limits the servers whose sessions are kept, so that a client that comes back can resume them, which saves both sides the expensive
    /// part of the handshake. They are kept in memory. Servers; default 256. 0 turns resumption off.
    pub fn session_cache_size(self, servers: usize) -> Self {
        self.with(|settings| settings.session_cache_size = servers)
    }

    /// Chooses the cryptography. Default: that of aws-lc-rs with the feature `tls`, else that of ring with `tls-ring`; there is none
    /// with the feature `rustls` alone. The default of the process is neither read nor set.
    pub fn crypto_provider(self, provider: impl Into<Arc<CryptoProvider>>) -> Self {
        self.with(|settings| settings.cryptography.provider = Some(provider.into()))
    }

    /// Connects to whoever answers: neither the name, nor the authority, nor the end of the server's certificate is looked at. Whoever is on
    /// the way can read and change everything. For tests.
    pub fn dangerously_accept_any_certificate(self) -> Self {
        self.with(|settings| settings.is_any_certificate_accepted = true)
    }

    /// Changes a setting: nothing of what was made before is of use.
    fn with(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.shared.settings.clone();
        change(&mut settings);
        Self::from_settings(settings)
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.shared.settings.server_name.as_deref()
    }

    /// Reads all files and checks all settings, the first time.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let Shared { settings, config } = &*self.shared;
        if let Some(config) = config.get() {
            return Ok(Arc::clone(config));
        }
        let made = settings.config()?;
        Ok(Arc::clone(config.get_or_init(|| Arc::new(made))))
    }
}

impl Settings {
    fn config(&self) -> Result<ClientConfig, TlsError> {
        let provider = Arc::new(self.cryptography.provider()?);
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&self.cryptography.versions())
            .map_err(|error| TlsError::Provider { reason: error.to_string() })?
            .dangerous()
            .with_custom_certificate_verifier(trust::verifier(self, &provider)?);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let identity = SingleCertAndKey::from(identity.certified_key(&provider)?);
                builder.with_client_cert_resolver(Arc::new(identity) as Arc<dyn ResolvesClientCert>)
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = match self.session_cache_size {
            0 => Resumption::disabled(),
            size => Resumption::store(Arc::new(client::ClientSessionMemoryCache::new(size))),
        };
        Ok(config)
    }
}

impl Default for ClientTlsConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ClientTlsConfig {
    /// Without the private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings {
            authorities,
            extra_authorities,
            is_any_certificate_accepted,
            identity,
            server_name,
            cryptography,
            session_cache_size,
        } = &self.shared.settings;
        f.debug_struct("ClientTlsConfig")
            .field("authorities", authorities)
            .field("extra_authorities", extra_authorities)
            .field("any_certificate", is_any_certificate_accepted)
            .field("certificate", identity)
            .field("server_name", server_name)
            .field("versions", &cryptography.versions)
            .field("cipher_suites", &cryptography.cipher_suites)
            .field("session_cache_size", session_cache_size)
            .finish_non_exhaustive()
    }
}
