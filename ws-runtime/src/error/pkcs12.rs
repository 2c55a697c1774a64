//! What can be wrong with PKCS#12.

/// Why nothing can be made of a PKCS#12: the reason of [`TlsError::InvalidPkcs12`](crate::TlsError::InvalidPkcs12).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// It is cut off, changed, in BER, or something else.
    #[error("is damaged, or no PKCS#12 in DER: {reason}; OpenSSL tells more: {TO_PEM}")]
    Damaged {
        /// What is wrong with it.
        reason: String,
    },
    /// There is nothing.
    #[error("is empty")]
    Empty,
    /// The private key is of a kind that the cryptography does not know.
    #[error("holds a private key that cannot be used: {reason}")]
    InvalidKey {
        /// What is wrong with it.
        reason: String,
    },
    /// None of the certificates, if there are any, is that of the private key.
    #[error("holds no certificate of its private key; export both together: {EXPORT}")]
    NoCertificate,
    /// There are only certificates.
    #[error("holds no private key; export it with the certificate: {EXPORT}")]
    NoKey,
    /// The password has characters that cannot be written in PKCS#12 in only one way.
    #[error("cannot have a password with characters above U+FFFF; choose another one: {EXPORT}")]
    PasswordCharacter,
    /// It is PEM.
    #[error("is PEM instead of PKCS#12; give it as `certificate` and as `key`")]
    Pem,
    /// It cannot be told which private key is the server's.
    #[error("holds {count} private keys; export that of the server alone: {EXPORT}")]
    SeveralKeys {
        /// How many there are.
        count: usize,
    },
    /// It is encrypted or authenticated in a way that is not read.
    #[error(
        "is protected in a way that is not read: {what}; make PEM of it: {TO_PEM}, and give `both.pem` as `certificate` and as `key`"
    )]
    Unsupported {
        /// What is not read.
        what: String,
    },
    /// It does not open with the password that was given.
    #[error("does not open with this password")]
    WrongPassword,
}

const EXPORT: &str = "`openssl pkcs12 -export -in cert.pem -inkey key.pem -out server.p12`";
const TO_PEM: &str = "`openssl pkcs12 -in server.p12 -nodes -out both.pem`";
