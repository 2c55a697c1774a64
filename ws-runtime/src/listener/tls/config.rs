//! The settings.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;

#[cfg(feature = "pkcs12")]
use crate::tls::Pkcs12Password;
use crate::tls::{Cryptography, Identity, Source};
use crate::tls_info::TlsVersion;

/// The TLS of a [`Listener`](crate::Listener).
///
/// Everything is checked when the listener binds; [`TlsError`](crate::TlsError) says what is wrong.
///
/// ```no_run
/// use websocket::{ClientCertificates, Listener, TlsConfig};
///
/// let tls = TlsConfig::from_pem_files("cert.pem", "key.pem").client_certificates(ClientCertificates::required("ca.pem"));
/// let listener = Listener::new(9443).tls(tls);
/// # drop(listener);
/// ```
///
/// With the feature `config` it can be read from a file, alone or as the table `tls` of `ListenerConfig`. Each setting has the name of its
/// method; `certificate` and `key` are paths. `pkcs12 = { file = "server.p12", password_file = "password.txt" }` takes their place, with the
/// feature `pkcs12`; `password` would be the password itself. TOML for instance:
///
/// ```toml
/// certificate = "cert.pem"
/// key = "key.pem"
/// versions = ["1.2", "1.3"]
/// cipher_suites = ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
/// client_certificates = { authority = "ca.pem", required = true }
/// session_cache_size = 4096
/// handshake_timeout = 10
/// ```
#[derive(Clone)]
#[cfg_attr(feature = "config", derive(serde::Deserialize), serde(try_from = "super::settings::Settings"))]
#[must_use = "it does nothing until a listener has it"]
pub struct TlsConfig {
    pub(super) identity: Identity,
    pub(super) client_certificates: Option<ClientCertificates>,
    pub(super) cryptography: Cryptography,
    pub(super) session_cache_size: usize,
    pub(super) handshake_timeout: Duration,
    /// What is offered by ALPN, the preferred one first.
    pub(super) protocols: Vec<Vec<u8>>,
}

/// Which clients must show a certificate, and whose.
///
/// A certificate that is shown is verified also where none is required: one of another authority ends the handshake.
#[derive(Clone, Debug)]
pub struct ClientCertificates {
    pub(super) authority: Source,
    pub(super) required: bool,
}

impl TlsConfig {
    /// Reads the certificate of the server, with those of its intermediate authorities behind it, and its private key from files, when
    /// the listener binds and whenever [`TlsReloader::reload`](crate::TlsReloader::reload) is called.
    ///
    /// They are PEM files; both may be the same one. A key may be PKCS#8, PKCS#1, or SEC1, and must not be encrypted.
    ///
    /// PKCS#12 (`.p12`, `.pfx`) is read by `from_pkcs12_file`, with the feature `pkcs12`. Without it, OpenSSL makes PEM of it, which then
    /// is both files: `openssl pkcs12 -in server.p12 -nodes -out both.pem`.
    pub fn from_pem_files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::new(Identity::Pem { certificate: Source::File(certificate.into()), key: Source::File(key.into()) })
    }

    /// Takes the certificate of the server, with those of its intermediate authorities behind it, and its private key, both in PEM.
    pub fn from_pem(certificate: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        Self::new(Identity::Pem { certificate: Source::Bytes(certificate.into()), key: Source::Bytes(key.into()) })
    }

    /// Reads the certificate of the server, with those of its intermediate authorities, and its private key from a file of PKCS#12
    /// (`.p12`, `.pfx`), when the listener binds and whenever [`TlsReloader::reload`](crate::TlsReloader::reload) is called.
    ///
    /// It must hold one private key, and its certificate. Of other certificates, clients are shown those in the line of its issuers.
    ///
    /// What `openssl pkcs12 -export` writes is read, with `-legacy` too: DER under one password, encrypted with AES, triple DES, or RC2 of
    /// 40 bits, with at most 1 000 000 iterations. OpenSSL makes PEM of others, which then is both files of
    /// [`from_pem_files`](Self::from_pem_files): `openssl pkcs12 -in server.p12 -nodes -out both.pem`.
    #[cfg(feature = "pkcs12")]
    pub fn from_pkcs12_file(path: impl Into<PathBuf>, password: impl Into<Pkcs12Password>) -> Self {
        Self::new(Identity::Pkcs12 { archive: Source::File(path.into()), password: password.into() })
    }

    /// Like [`from_pkcs12_file`](Self::from_pkcs12_file), with the bytes themselves.
    #[cfg(feature = "pkcs12")]
    pub fn from_pkcs12(bytes: impl Into<Vec<u8>>, password: impl Into<Pkcs12Password>) -> Self {
        Self::new(Identity::Pkcs12 { archive: Source::Bytes(bytes.into()), password: password.into() })
    }

    pub(super) fn new(identity: Identity) -> Self {
        Self {
            identity,
            client_certificates: None,
            cryptography: Cryptography::default(),
            session_cache_size: 4096,
            handshake_timeout: Duration::from_secs(10),
            protocols: vec![b"http/1.1".to_vec()],
        }
    }

    #[cfg(feature = "http2")]
    pub(crate) fn with_http2(mut self, is_on: bool) -> Self {
        if is_on {
            self.protocols.insert(0, crate::listener::http2::ALPN.to_vec());
        }
        self
    }

    /// Asks clients for certificates (mutual TLS). Default: they are not asked.
    pub fn client_certificates(mut self, certificates: ClientCertificates) -> Self {
        self.client_certificates = Some(certificates);
        self
    }

    /// Chooses the versions that are spoken; at least one. Default: TLS 1.2 and 1.3.
    pub fn versions(mut self, versions: impl IntoIterator<Item = TlsVersion>) -> Self {
        self.cryptography.versions = versions.into_iter().collect();
        self
    }

    /// Chooses the cipher suites by the names that IANA registers, the preferred ones first; at least one for each version. Default:
    /// those of the crypto provider, all of which are safe.
    pub fn cipher_suites(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.cryptography.cipher_suites = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Limits the sessions that are kept, so that clients who come back can resume them, which saves both sides the expensive part of
    /// the handshake. A new session takes the place of the oldest. Sessions, of which a handshake of TLS 1.3 makes two; default
    /// 4096. 0 turns resumption off.
    ///
    /// They are kept in memory, and none leaves the process. The certificate of a client that comes back is verified again.
    pub fn session_cache_size(mut self, sessions: usize) -> Self {
        self.session_cache_size = sessions;
        self
    }

    /// Limits how long a handshake may take; after that the connection is broken off. The time for the HTTP request, which is
    /// [`Listener::handshake_timeout`](crate::Listener::handshake_timeout), comes behind. Default 10 s; [`Duration::ZERO`] is no limit.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Chooses the cryptography. Default: that of aws-lc-rs with the feature `tls`, else that of ring with `tls-ring`; there is none
    /// with the feature `rustls` alone. The default of the process is neither read nor set.
    pub fn crypto_provider(mut self, provider: impl Into<Arc<CryptoProvider>>) -> Self {
        self.cryptography.provider = Some(provider.into());
        self
    }
}

impl ClientCertificates {
    /// Refuses clients without a certificate of this authority: a file of one or several certificates in PEM.
    pub fn required(authority: impl Into<PathBuf>) -> Self {
        Self { authority: Source::File(authority.into()), required: true }
    }

    /// Serves clients without a certificate too; [`TlsInfo::client_certificate`](crate::TlsInfo::client_certificate) tells who has one
    /// of this authority: a file of one or several certificates in PEM.
    pub fn optional(authority: impl Into<PathBuf>) -> Self {
        Self { authority: Source::File(authority.into()), required: false }
    }

    /// Like [`required`](Self::required), with the PEM itself.
    pub fn required_pem(authority: impl Into<Vec<u8>>) -> Self {
        Self { authority: Source::Bytes(authority.into()), required: true }
    }

    /// Like [`optional`](Self::optional), with the PEM itself.
    pub fn optional_pem(authority: impl Into<Vec<u8>>) -> Self {
        Self { authority: Source::Bytes(authority.into()), required: false }
    }
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig")
            .field("identity", &self.identity)
            .field("client_certificates", &self.client_certificates)
            .field("versions", &self.cryptography.versions)
            .field("cipher_suites", &self.cryptography.cipher_suites)
            .field("session_cache_size", &self.session_cache_size)
            .field("handshake_timeout", &self.handshake_timeout)
            .finish_non_exhaustive()
    }
}
