//! A key that signs.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::auth::jwt::algorithm::JwtAlgorithm;
use crate::auth::jwt::key::{RSA_MODULUS, hmac_key};

/// A key with the algorithm that it signs with.
pub(crate) struct SigningKey {
    algorithm: JwtAlgorithm,
    signer: Signer,
}

enum Signer {
    Curve(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Secret(Box<hmac::Key>),
}

/// What a private key must be.
enum Kind {
    Curve(&'static EcdsaSigningAlgorithm),
    Edwards,
    Rsa(&'static dyn RsaEncoding),
    Secret,
}

impl SigningKey {
    /// # Errors
    /// It is not one for this algorithm.
    pub(crate) fn from_secret(algorithm: JwtAlgorithm, secret: &[u8]) -> Result<Self, String> {
        let signer = Signer::Secret(Box::new(hmac_key(algorithm, secret)?));
        Ok(Self { algorithm, signer })
    }

    /// # Errors
    /// It is no private key, or not one for this algorithm.
    pub(crate) fn from_pem(algorithm: JwtAlgorithm, pem: &[u8]) -> Result<Self, String> {
        if pem.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
            return Err(
                "private key is encrypted; decrypt it with `openssl pkey -in key.pem -out decrypted.pem`".to_owned()
            );
        }
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| "there is no private key in the PEM")?;
        let wrong = |_| format!("private key is not one for `{algorithm}`");
        let der = key.secret_der();
        let signer = match Kind::of(algorithm) {
            Kind::Secret => return Err(format!("`{algorithm}` does not go with a private key")),
            Kind::Curve(curve) => {
                let pair = EcdsaKeyPair::from_private_key_der(curve, der);
                Signer::Curve(pair.map_err(wrong)?)
            }
            Kind::Edwards => Signer::Edwards(Ed25519KeyPair::from_pkcs8(der).map_err(wrong)?),
            Kind::Rsa(encoding) => {
                let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)).map_err(wrong)?;
                if !RSA_MODULUS.contains(&pair.public_modulus_len()) {
                    let bits = 8 * pair.public_modulus_len();
                    return Err(format!("RSA key has {bits} bits, and 2048 to 8192 are needed"));
                }
                Signer::Rsa(Box::new(pair), encoding)
            }
        };
        Ok(Self { algorithm, signer })
    }

    /// Makes a token ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)).
    pub(crate) fn sign(&self, key_id: Option<&str>, claims: &Value) -> Result<String, &'static str> {
        let mut header = json!({ "typ": "JWT", "alg": self.algorithm.to_string() });
        if let Some(id) = key_id {
            header["kid"] = id.into();
        }
        let [header, claims] = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signature = self.signature(message.as_bytes()).map_err(|_| "private key cannot sign")?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
        let random = SystemRandom::new();
        Ok(match &self.signer {
            Signer::Curve(pair) => pair.sign(&random, message)?.as_ref().to_vec(),
            Signer::Edwards(pair) => pair.try_sign(message)?.as_ref().to_vec(),
            Signer::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature)?;
                signature
            }
            Signer::Secret(key) => hmac::sign(key, message).as_ref().to_vec(),
        })
    }
}

impl Kind {
    fn of(algorithm: JwtAlgorithm) -> Self {
        use JwtAlgorithm as Named;
        match algorithm {
            Named::HS256 | Named::HS384 | Named::HS512 => Self::Secret,
            Named::RS256 => Self::Rsa(&RSA_PKCS1_SHA256),
            Named::RS384 => Self::Rsa(&RSA_PKCS1_SHA384),
            Named::RS512 => Self::Rsa(&RSA_PKCS1_SHA512),
            Named::PS256 => Self::Rsa(&RSA_PSS_SHA256),
            Named::PS384 => Self::Rsa(&RSA_PSS_SHA384),
            Named::PS512 => Self::Rsa(&RSA_PSS_SHA512),
            Named::ES256 => Self::Curve(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Named::ES384 => Self::Curve(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Named::EdDSA => Self::Edwards,
        }
    }
}

const ENCRYPTED: &[u8] = b"ENCRYPTED"; // RFC 7468 §11, RFC 1421 §4.6.1.1
