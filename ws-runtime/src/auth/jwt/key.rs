//! A key, and what it can check.

use aws_lc_rs::signature::{ParsedPublicKey, VerificationAlgorithm};
use aws_lc_rs::{hmac, rsa};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;

use crate::auth::jwt::algorithm::{Check, JwtAlgorithm};

/// A key, ready for each of the algorithms that it is for. One that is for secrets is never used with a public key, nor the other way
/// round: the public key of an issuer is no secret that could sign anything.
pub(super) struct Key(Vec<(JwtAlgorithm, Verifier)>);

enum Verifier {
    Secret(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

/// A public key in numbers.
#[cfg(feature = "jwks")]
pub(super) enum PublicKey {
    /// On a curve, as SEC 1 or RFC 8032 write it.
    Point(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// In bytes: 2048 to 8192 bits.
pub(super) const RSA_MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;

impl Key {
    /// # Errors
    /// It is not one for these algorithms.
    pub(super) fn from_secret(algorithms: &[JwtAlgorithm], secret: &[u8]) -> Result<Self, String> {
        Self::build(algorithms, |algorithm| Ok(Verifier::Secret(Box::new(hmac_key(algorithm, secret)?))))
    }

    /// # Errors
    /// It is no public key, or not one for these algorithms.
    pub(super) fn from_pem(algorithms: &[JwtAlgorithm], pem: &[u8]) -> Result<Self, String> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(
            |_| "there is no `PUBLIC KEY` in the PEM (`openssl x509 -pubkey` takes it out of a certificate)",
        )?;
        if let Ok(key) = rsa::PublicKey::from_der(&der)
            && !RSA_MODULUS.contains(&key.modulus_len())
        {
            return Err(format!("RSA key has {} bits, and 2048 to 8192 are needed", 8 * key.modulus_len()));
        }
        Self::build(algorithms, |algorithm| {
            let check: &'static dyn VerificationAlgorithm = match algorithm.check() {
                Check::Secret(_) => return Err(format!("`{algorithm}` does not go with a public key")),
                Check::Curve(check) => check,
                Check::Rsa(check) => check,
            };
            let key = ParsedPublicKey::new(check, &der);
            key.map(Verifier::Public).map_err(|_| format!("public key is not one for `{algorithm}`"))
        })
    }

    /// Makes a key for those of the algorithms that it is for, if there are some.
    #[cfg(feature = "jwks")]
    pub(super) fn from_jwk(algorithms: impl Iterator<Item = JwtAlgorithm>, public: &PublicKey) -> Option<Self> {
        let verifiers = algorithms.filter_map(|algorithm| {
            let key = match (algorithm.check(), public) {
                (Check::Curve(check), PublicKey::Point(point)) => ParsedPublicKey::new(check, point),
                (Check::Rsa(check), PublicKey::Rsa { n, e }) if RSA_MODULUS.contains(&n.len()) => {
                    rsa::PublicKeyComponents { n, e }.to_parsed_public_key(check)
                }
                _ => return None,
            };
            Some((algorithm, Verifier::Public(key.ok()?)))
        });
        let verifiers: Vec<_> = verifiers.collect();
        (!verifiers.is_empty()).then_some(Self(verifiers))
    }

    fn build(
        algorithms: &[JwtAlgorithm],
        verifier: impl Fn(JwtAlgorithm) -> Result<Verifier, String>,
    ) -> Result<Self, String> {
        if algorithms.is_empty() {
            return Err("no algorithm is accepted".to_owned());
        }
        let verifiers = algorithms.iter().map(|&algorithm| Ok((algorithm, verifier(algorithm)?)));
        verifiers.collect::<Result<_, String>>().map(Self)
    }

    #[cfg(feature = "jwks")]
    pub(super) fn is_for(&self, algorithm: JwtAlgorithm) -> bool {
        self.0.iter().any(|(own, _)| *own == algorithm)
    }

    /// Returns whether this is the signature of the message. It takes as long for a wrong one where there is a secret.
    pub(super) fn has_signed(&self, algorithm: JwtAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let verifier = self.0.iter().find(|(own, _)| *own == algorithm).map(|(_, verifier)| verifier);
        verifier.is_some_and(|verifier| match verifier {
            Verifier::Secret(key) => hmac::verify(key, message, signature).is_ok(),
            Verifier::Public(key) => key.verify_sig(message, signature).is_ok(),
        })
    }
}

/// Takes a secret for an algorithm.
///
/// # Errors
/// It is not one for it.
pub(super) fn hmac_key(algorithm: JwtAlgorithm, secret: &[u8]) -> Result<hmac::Key, String> {
    if secret.trim_ascii_start().starts_with(b"-----BEGIN") {
        return Err("secret is a PEM file, that is, a key: a constructor with `pem` in its name takes it".to_owned());
    }
    let Check::Secret(check) = algorithm.check() else {
        return Err(format!("`{algorithm}` does not go with a secret"));
    };
    let (length, least) = (secret.len(), check.digest_algorithm().output_len());
    if length < least {
        return Err(format!("secret has {length} bytes, and `{algorithm}` needs {least} (RFC 7518, section 3.2)"));
    }
    Ok(hmac::Key::new(check, secret))
}

#[cfg(test)]
mod tests {
    use super::JwtAlgorithm::{ES256, ES384, EdDSA, HS256, HS512, RS256};
    use super::*;

    /// Made by `openssl genpkey`.
    const P256: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcY7jYaAW9RzUvPdNY4TKHIWDMtJk\n\
        1sN6PBFF+356aUpcwL+iNtA5C0C4lUkwcDSZMBAar6O+T7aIAuKNPN/txg==\n-----END PUBLIC KEY-----\n";
    const RSA_1024: &str = "-----BEGIN PUBLIC KEY-----\n\
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCecMFFObeEpC/YVnMXQexPL58N\n\
        eUeW6W5yyXtI9SMkUikGpzP3+2qI7bRQxnDkVlbDEyKxcX25JM1HVJLHC34eMBG+\n\
        mEx0PVWpyvo9uTo9PpNfk6vkUO18c5MzxpxcRFoqmdTnKX05uRr4mBAHKh1Xsq1E\n\
        +1BjCqlbg5Pk/dkMmwIDAQAB\n-----END PUBLIC KEY-----\n";

    #[test]
    fn a_secret_is_as_long_as_the_hash() {
        let secret = [7; 63];
        let table = [
            (&[HS256][..], &secret[..31], Some("secret has 31 bytes, and `HS256` needs 32 (RFC 7518, section 3.2)")),
            (&[HS256], &secret[..32], None),
            (&[HS256, HS512], &secret[..], Some("secret has 63 bytes, and `HS512` needs 64 (RFC 7518, section 3.2)")),
            (&[HS256, RS256], &secret, Some("`RS256` does not go with a secret")),
            (&[], &secret, Some("no algorithm is accepted")),
            (
                &[HS256],
                P256.as_bytes(),
                Some("secret is a PEM file, that is, a key: a constructor with `pem` in its name takes it"),
            ),
        ];
        for (algorithms, secret, expected) in table {
            assert_eq!(Key::from_secret(algorithms, secret).err().as_deref(), expected, "{algorithms:?}");
        }
    }

    #[test]
    fn a_public_key_is_of_the_family_of_the_algorithms() {
        let no_key = "there is no `PUBLIC KEY` in the PEM (`openssl x509 -pubkey` takes it out of a certificate)";
        let table = [
            (&[ES256][..], P256, None),
            (&[ES256, ES384], P256, Some("public key is not one for `ES384`")),
            (&[EdDSA], P256, Some("public key is not one for `EdDSA`")),
            (&[RS256], P256, Some("public key is not one for `RS256`")),
            (&[ES256, HS256], P256, Some("`HS256` does not go with a public key")),
            (&[], P256, Some("no algorithm is accepted")),
            (&[RS256], RSA_1024, Some("RSA key has 1024 bits, and 2048 to 8192 are needed")),
            (&[ES256], "", Some(no_key)),
            (&[ES256], &P256.replace("PUBLIC", "PRIVATE"), Some(no_key)),
        ];
        for (algorithms, pem, expected) in table {
            assert_eq!(Key::from_pem(algorithms, pem.as_bytes()).err().as_deref(), expected, "{algorithms:?}");
        }
    }
}
