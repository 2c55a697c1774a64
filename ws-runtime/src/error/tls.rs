//! What can be wrong with the TLS settings of a listener or of a client.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(feature = "pkcs12")]
use crate::error::Pkcs12Error;
use crate::tls_info::TlsVersion;

/// Why the TLS of a listener cannot be set up, found when it binds and when its files are read again, or that of a client, found when
/// it connects. `key` is the name of the setting: `certificate`, `key`, `pkcs12`, `password_file`, `client_certificates`, or
/// `authority`. `path` is the file, `None` for bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The path of a file is empty or blank.
    #[error("invalid `{key}` of TLS: the path of a file must be given")]
    Blank {
        /// The name of the setting.
        key: &'static str,
    },
    /// A PEM section is damaged.
    #[error("invalid `{key}` of TLS: {} is damaged PEM", file(path.as_deref()))]
    DamagedPem {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: Option<PathBuf>,
    },
    /// A file, or the bytes, are empty.
    #[error("invalid `{key}` of TLS: {} is empty", file(path.as_deref()))]
    Empty {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: Option<PathBuf>,
    },
    /// The private key is encrypted. It must be decrypted when it is deployed: a password beside it in the configuration would
    /// protect nothing.
    #[error(
        "invalid `key` of TLS: {} is encrypted; decrypt it with `openssl pkey -in {} -out decrypted.pem`",
        file(path.as_deref()),
        path.as_deref().unwrap_or(Path::new("key.pem")).display()
    )]
    EncryptedKey {
        /// The file.
        path: Option<PathBuf>,
    },
    /// The PKCS#12 cannot be used.
    #[cfg(feature = "pkcs12")]
    #[error(
        "invalid `pkcs12` of TLS: {} {reason}",
        path.as_deref().map_or_else(|| "the PKCS#12".to_owned(), |path| format!("`{}`", path.display()))
    )]
    InvalidPkcs12 {
        /// The file, `None` for bytes.
        path: Option<PathBuf>,
        /// What is wrong with it.
        reason: Pkcs12Error,
    },
    /// A certificate cannot be read, or cannot be that of a server, a client, or an authority.
    #[error("invalid `{key}` of TLS: {} holds a certificate that cannot be used: {reason}", file(path.as_deref()))]
    InvalidCertificate {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: Option<PathBuf>,
        /// What is wrong with it.
        reason: String,
    },
    /// The private key cannot be read, or is of a kind that the cryptography does not know.
    #[error("invalid `key` of TLS: {} holds a private key that cannot be used: {reason}", file(path.as_deref()))]
    InvalidKey {
        /// The file.
        path: Option<PathBuf>,
        /// What is wrong with it.
        reason: String,
    },
    /// The private key is that of another certificate.
    #[error("invalid `key` of TLS: the private key does not belong to the certificate")]
    KeyMismatch,
    /// There is no such file.
    #[error("invalid `{key}` of TLS: there is no file `{}`", path.display())]
    Missing {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// There is no certificate in the file: it may be another one that was meant.
    #[error("invalid `{key}` of TLS: {} holds {}no certificate", file(path.as_deref()), but(*found))]
    NoCertificate {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: Option<PathBuf>,
        /// What is there instead.
        found: Option<&'static str>,
    },
    /// No cipher suite that was chosen belongs to a version that was chosen.
    #[error("invalid `cipher_suites` of TLS: none is for TLS {version}")]
    NoCipherSuite {
        /// The version.
        version: TlsVersion,
    },
    /// There is no private key in the file: it may be another one that was meant.
    #[error("invalid `key` of TLS: {} holds {}no private key", file(path.as_deref()), but(*found))]
    NoKey {
        /// The file.
        path: Option<PathBuf>,
        /// What is there instead.
        found: Option<&'static str>,
    },
    /// No cryptography is compiled in, and none was given.
    #[error("TLS needs a crypto provider: enable the feature `tls` or `tls-ring`, or set `crypto_provider`")]
    NoProvider,
    /// The platform trusts no authority that could be read, so that no server would be trusted.
    #[cfg(feature = "client")]
    #[error("TLS has no authority to trust: {reason}; name one with `authority_file` or `authority_pem`")]
    NoRoots {
        /// What was found instead.
        reason: String,
    },
    /// Neither version of TLS was chosen.
    #[error("invalid `versions` of TLS: at least one must be given")]
    NoVersions,
    /// It is PKCS#12 (`.p12`, `.pfx`) where PEM is read.
    #[error(
        "invalid `{key}` of TLS: {} is PKCS#12 instead of PEM; {}",
        file(path.as_deref()),
        instead_of_pkcs12(key, path.as_deref().unwrap_or(Path::new("both.p12")))
    )]
    Pkcs12 {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: Option<PathBuf>,
    },
    /// The crypto provider does not fit together.
    #[error("invalid `crypto_provider` of TLS: {reason}")]
    Provider {
        /// What it lacks.
        reason: String,
    },
    /// The name of the server, that of the url or `server_name`, cannot be in a certificate.
    #[cfg(feature = "client")]
    #[error("invalid `server_name` of TLS: `{name}` is neither a DNS name nor an address")]
    ServerName {
        /// The name.
        name: String,
    },
    /// The crypto provider has no cipher suite of this name.
    #[error("invalid `cipher_suites` of TLS: `{name}` is unknown, known are {}", known.join(", "))]
    UnknownCipherSuite {
        /// The name.
        name: String,
        /// The names that are known.
        known: Vec<&'static str>,
    },
    /// A file cannot be read.
    #[error("invalid `{key}` of TLS: `{}` cannot be read: {kind}", path.display())]
    Unreadable {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        kind: io::ErrorKind,
    },
}

/// Names a file; bytes have no name.
fn file(path: Option<&Path>) -> impl fmt::Display {
    fmt::from_fn(move |f| match path {
        Some(path) => write!(f, "`{}`", path.display()),
        None => f.write_str("the PEM"),
    })
}

fn but(found: Option<&'static str>) -> impl fmt::Display {
    fmt::from_fn(move |f| found.map_or(Ok(()), |found| write!(f, "{found}, but ")))
}

fn instead_of_pkcs12(key: &str, path: &Path) -> impl fmt::Display {
    let path = path.display();
    fmt::from_fn(move |f| match key {
        "client_certificates" => {
            write!(f, "take the certificates out with `openssl pkcs12 -in {path} -nokeys -out ca.pem`")
        }
        _ => write!(
            f,
            "read it with `TlsConfig::from_pkcs12_file`, which the feature `pkcs12` adds, or convert it with `openssl pkcs12 -in {path} \
             -nodes -out both.pem`, and give `both.pem` as `certificate` and as `key`"
        ),
    })
}
