//! From PEM to certificates and keys, and what is there instead.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::{PemObject as _, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::TlsError;
use crate::tls::source::Source;

/// The PEM behind a setting.
pub(crate) struct Text<'a> {
    setting: &'static str,
    path: Option<&'a Path>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Text<'a> {
    /// # Errors
    /// [`TlsError::Blank`], [`TlsError::Missing`], [`TlsError::Unreadable`], [`TlsError::Empty`], [`TlsError::Pkcs12`].
    pub(crate) fn read(setting: &'static str, source: &'a Source) -> Result<Self, TlsError> {
        let text = Self { setting, path: source.path(), bytes: source.read(setting)? };
        if text.bytes.trim_ascii().is_empty() {
            return Err(TlsError::Empty { key: setting, path: text.path() });
        }
        if is_pkcs12(&text.bytes) {
            return Err(TlsError::Pkcs12 { key: setting, path: text.path() });
        }
        Ok(text)
    }

    /// # Errors
    /// [`TlsError::DamagedPem`], [`TlsError::NoCertificate`].
    pub(crate) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.bytes).collect();
        let certificates = certificates.map_err(|_| self.damaged())?;
        if certificates.is_empty() {
            return Err(TlsError::NoCertificate { key: self.setting, path: self.path(), found: self.found() });
        }
        Ok(certificates)
    }

    /// Reads the first private key.
    ///
    /// # Errors
    /// [`TlsError::DamagedPem`], [`TlsError::EncryptedKey`], [`TlsError::NoKey`].
    pub(crate) fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        if self.holds(PKCS8_ENCRYPTED) || self.holds(PEM_ENCRYPTED) {
            return Err(TlsError::EncryptedKey { path: self.path() });
        }
        match PrivateKeyDer::pem_slice_iter(&self.bytes).next() {
            Some(Ok(key)) => Ok(key),
            Some(Err(_)) => Err(self.damaged()),
            None => Err(TlsError::NoKey { path: self.path(), found: self.found() }),
        }
    }

    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.path.map(Path::to_owned)
    }

    /// Names what is there, for somebody who has mixed up two files.
    fn found(&self) -> Option<&'static str> {
        if self.bytes.first() == Some(&DER_SEQUENCE) {
            return Some("DER instead of PEM");
        }
        let (kind, _) = <(SectionKind, Vec<u8>)>::from_pem_slice(&self.bytes).ok()?;
        Some(match kind {
            SectionKind::Certificate => "a certificate",
            SectionKind::Csr => "a certificate request",
            SectionKind::PublicKey => "a public key",
            SectionKind::RsaPrivateKey | SectionKind::PrivateKey | SectionKind::EcPrivateKey => "a private key",
            _ => return None,
        })
    }

    fn damaged(&self) -> TlsError {
        TlsError::DamagedPem { key: self.setting, path: self.path() }
    }

    fn holds(&self, words: &[u8]) -> bool {
        self.bytes.windows(words.len()).any(|window| window == words)
    }
}

/// Looks for the outermost sequence in DER, of any length, that begins with version 3 ([RFC 7292 §4](https://www.rfc-editor.org/rfc/rfc7292#section-4)).
fn is_pkcs12(bytes: &[u8]) -> bool {
    let [DER_SEQUENCE, length, rest @ ..] = bytes else { return false };
    // Above 128 it says how many bytes hold the length.
    let skipped = usize::from(length.checked_sub(0x80).unwrap_or_default());
    rest.get(skipped..).is_some_and(|content| content.starts_with(&PKCS12_VERSION))
}

const PKCS8_ENCRYPTED: &[u8] = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"; // RFC 7468 §11
const PEM_ENCRYPTED: &[u8] = b"Proc-Type: 4,ENCRYPTED"; // RFC 1421 §4.6.1.1
/// What a certificate or a key in DER begins with.
const DER_SEQUENCE: u8 = 0x30;
const PKCS12_VERSION: [u8; 3] = [0x02, 0x01, 0x03]; // the integer 3
