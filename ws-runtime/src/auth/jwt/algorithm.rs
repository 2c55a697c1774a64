//! How a token may be signed.

use std::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, VerificationAlgorithm,
};
use jsonwebtoken::Algorithm;

/// How a token may be signed ([RFC 7518 §3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)), for [`Jwt`](super::Jwt) and,
/// with the feature `client`, for `JwtIssuer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256: a secret of 32 bytes at least.
    HS256,
    /// HMAC with SHA-384: a secret of 48 bytes at least.
    HS384,
    /// HMAC with SHA-512: a secret of 64 bytes at least.
    HS512,
    /// RSA, PKCS #1 v1.5, with SHA-256: a key of 2048 bits at least.
    RS256,
    /// RSA, PKCS #1 v1.5, with SHA-384: a key of 2048 bits at least.
    RS384,
    /// RSA, PKCS #1 v1.5, with SHA-512: a key of 2048 bits at least.
    RS512,
    /// RSA, PSS, with SHA-256: a key of 2048 bits at least.
    PS256,
    /// RSA, PSS, with SHA-384: a key of 2048 bits at least.
    PS384,
    /// RSA, PSS, with SHA-512: a key of 2048 bits at least.
    PS512,
    /// ECDSA with SHA-256: a key on the curve P-256.
    ES256,
    /// ECDSA with SHA-384: a key on the curve P-384.
    ES384,
    /// `EdDSA` ([RFC 8037](https://www.rfc-editor.org/rfc/rfc8037)): a key on the curve Ed25519.
    EdDSA,
}

/// What it takes to check a signature.
pub(super) enum Check {
    Curve(&'static dyn VerificationAlgorithm),
    Rsa(&'static RsaParameters),
    Secret(hmac::Algorithm),
}

impl JwtAlgorithm {
    /// Returns what the header of a token calls it.
    pub(super) fn named(self) -> Algorithm {
        match self {
            Self::HS256 => Algorithm::HS256,
            Self::HS384 => Algorithm::HS384,
            Self::HS512 => Algorithm::HS512,
            Self::RS256 => Algorithm::RS256,
            Self::RS384 => Algorithm::RS384,
            Self::RS512 => Algorithm::RS512,
            Self::PS256 => Algorithm::PS256,
            Self::PS384 => Algorithm::PS384,
            Self::PS512 => Algorithm::PS512,
            Self::ES256 => Algorithm::ES256,
            Self::ES384 => Algorithm::ES384,
            Self::EdDSA => Algorithm::EdDSA,
        }
    }

    #[cfg(feature = "jwks")]
    pub(super) fn is_for_secrets(self) -> bool {
        matches!(self.check(), Check::Secret(_))
    }

    pub(super) fn check(self) -> Check {
        match self {
            Self::HS256 => Check::Secret(hmac::HMAC_SHA256),
            Self::HS384 => Check::Secret(hmac::HMAC_SHA384),
            Self::HS512 => Check::Secret(hmac::HMAC_SHA512),
            Self::RS256 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            Self::RS384 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            Self::RS512 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            Self::PS256 => Check::Rsa(&RSA_PSS_2048_8192_SHA256),
            Self::PS384 => Check::Rsa(&RSA_PSS_2048_8192_SHA384),
            Self::PS512 => Check::Rsa(&RSA_PSS_2048_8192_SHA512),
            Self::ES256 => Check::Curve(&ECDSA_P256_SHA256_FIXED),
            Self::ES384 => Check::Curve(&ECDSA_P384_SHA384_FIXED),
            Self::EdDSA => Check::Curve(&ED25519),
        }
    }
}

impl fmt::Display for JwtAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
