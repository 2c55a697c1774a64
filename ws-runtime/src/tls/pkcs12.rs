//! From PKCS#12 to certificates and keys ([RFC 7292](https://www.rfc-editor.org/rfc/rfc7292)).

use std::sync::Arc;

use p12_keystore::error::Error;
use p12_keystore::{Certificate, CertificateBag, Pkcs12Archive, PrivateKeyBag};
use rustls::InconsistentKeys;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SigningKey};

use crate::error::{Pkcs12Error, TlsError};
use crate::tls::password::Pkcs12Password;
use crate::tls::source::Source;

/// # Errors
/// What reading the files tells, and [`TlsError::InvalidPkcs12`].
pub(crate) fn certified_key(
    archive: &Source,
    password: &Pkcs12Password,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let bytes = archive.read("pkcs12")?;
    open(&bytes, &password.read()?)
        .and_then(|archive| choose(archive, provider))
        .map_err(|reason| TlsError::InvalidPkcs12 { path: archive.path().map(ToOwned::to_owned), reason })
}

fn open(bytes: &[u8], password: &str) -> Result<Pkcs12Archive, Pkcs12Error> {
    if bytes.trim_ascii().is_empty() {
        return Err(Pkcs12Error::Empty);
    }
    if bytes.trim_ascii_start().starts_with(b"-----BEGIN ") {
        return Err(Pkcs12Error::Pem);
    }
    if password.chars().any(|character| character > LAST_OF_BMP) {
        return Err(Pkcs12Error::PasswordCharacter);
    }
    Pkcs12Archive::from_pkcs12(bytes, password).map_err(explain)
}

fn explain(error: Error) -> Pkcs12Error {
    match error {
        Error::MacError(_) | Error::UnpadError => Pkcs12Error::WrongPassword,
        // Everything else that PKCS#5 says is about the algorithm.
        Error::Pkcs5Error(text) if text.ends_with("decryption failed") => Pkcs12Error::WrongPassword,
        Error::Pkcs5Error(what) => Pkcs12Error::Unsupported { what },
        Error::InvalidParameters => Pkcs12Error::Unsupported { what: "more than 1 000 000 iterations".to_owned() },
        Error::UnsupportedCertificateType
        | Error::UnsupportedContentType
        | Error::UnsupportedEncryptionScheme
        | Error::UnsupportedMacAlgorithm => Pkcs12Error::Unsupported { what: error.to_string() },
        _ => Pkcs12Error::Damaged { reason: error.to_string() },
    }
}

/// Takes the private key, its certificate, and those of the authorities above that.
fn choose(archive: Pkcs12Archive, provider: &CryptoProvider) -> Result<CertifiedKey, Pkcs12Error> {
    let Pkcs12Archive { keys, certs, .. } = archive;
    let [PrivateKeyBag { key, .. }] = keys.as_slice() else {
        return Err(match keys.len() {
            0 => Pkcs12Error::NoKey,
            count => Pkcs12Error::SeveralKeys { count },
        });
    };
    let key = provider
        .key_provider
        .load_private_key(PrivatePkcs8KeyDer::from(key.as_der()).clone_key().into())
        .map_err(|error| Pkcs12Error::InvalidKey { reason: error.to_string() })?;
    let certificates = certs.into_iter().map(|CertificateBag { cert, .. }| cert).collect();
    let chain = chain(certificates, &key).ok_or(Pkcs12Error::NoCertificate)?;
    Ok(CertifiedKey::new(chain, key))
}

/// Puts certificates in the order of TLS: that of the key, then each time the one that issued the one before. What is left are not its
/// authorities.
fn chain(mut certificates: Vec<Certificate>, key: &Arc<dyn SigningKey>) -> Option<Vec<CertificateDer<'static>>> {
    // By the public key, not by the names inside, which not every program writes.
    let own = certificates.iter().position(|certificate| belongs(certificate, key))?;
    let mut last = certificates.swap_remove(own);
    let mut chain = vec![der(&last)];
    while let Some(next) = certificates.iter().position(|certificate| certificate.subject() == last.issuer()) {
        last = certificates.swap_remove(next);
        chain.push(der(&last));
    }
    Some(chain)
}

fn belongs(certificate: &Certificate, key: &Arc<dyn SigningKey>) -> bool {
    let matched = CertifiedKey::new(vec![der(certificate)], Arc::clone(key)).keys_match();
    // A crypto provider may not tell what is public about a key.
    matches!(matched, Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)))
}

fn der(certificate: &Certificate) -> CertificateDer<'static> {
    certificate.as_der().to_vec().into()
}

/// The last character of the texts in PKCS#12 (`BMPString`).
const LAST_OF_BMP: char = '\u{ffff}';
