//! Certificates that are made for a test.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    PublicKeyData, date_time_ymd,
};
use tokio_rustls::rustls::crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// A certificate authority.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its private key, in PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// The private key.
    pub key: String,
}

/// A folder that is gone with the test.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Authority {
    /// Makes one.
    ///
    /// # Panics
    ///
    /// When there are no random numbers.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("there are random numbers");
        Self(CertifiedIssuer::self_signed(params, key).expect("the parameters are valid"))
    }

    /// Its own certificate, in PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Its own certificate.
    #[must_use]
    pub fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A certificate for servers on this machine.
    #[must_use]
    pub fn server(&self) -> Identity {
        self.issue(&server("server"))
    }

    /// A certificate for servers on this machine, which expired long ago.
    #[must_use]
    pub fn expired_server(&self) -> Identity {
        let mut params = server("expired");
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.issue(&params)
    }

    /// A certificate for the client `name`.
    #[must_use]
    pub fn client(&self, name: &str) -> Identity {
        self.issue(&client(name))
    }

    /// Makes a certificate.
    ///
    /// # Panics
    ///
    /// When that is not possible.
    #[must_use]
    pub fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("there are random numbers");
        let certificate = params.signed_by(&key, &self.0).expect("the parameters are valid").pem();
        Identity { certificate, key: key.serialize_pem() }
    }
}

/// Runs OpenSSL with the words of a command.
///
/// # Panics
///
/// When it fails.
pub fn openssl(command: &str) {
    let status = Command::new("openssl").args(command.split_whitespace()).status().expect("`openssl` starts");
    assert!(status.success(), "openssl {command}");
}

/// What a client's certificate says.
#[must_use]
pub fn client(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn server(name: &str) -> CertificateParams {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).expect("the names are valid");
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

impl Identity {
    /// The SHA-256 of the public key in base64, by which Chromium is told to trust it.
    ///
    /// # Panics
    ///
    /// When the key is none.
    #[must_use]
    pub fn public_key_hash(&self) -> String {
        let key = KeyPair::from_pem(&self.key).expect("it is a private key").subject_public_key_info();
        let sha256 = TLS13_AES_128_GCM_SHA256.tls13().expect("it is of TLS 1.3").common.hash_provider;
        STANDARD.encode(sha256.hash(&key))
    }

    /// The certificate, as TLS sends it.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn certificate_der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).expect("it is a certificate")
    }

    /// The private key.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.as_bytes()).expect("it is a private key")
    }
}

impl Folder {
    /// Makes an empty one.
    ///
    /// # Panics
    ///
    /// When that is not possible.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it does something")]
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("websocket-tests-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).expect("the folder is new");
        Self(path)
    }

    /// The path of the file `name`.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes the file `name`, and returns its path.
    ///
    /// # Panics
    ///
    /// When that is not possible.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("the file can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0)); // what is left over is in the folder for that
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}
