//! A token, taken apart.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::decode_header;
use jsonwebtoken::errors::ErrorKind;
use serde_json::{Map, Value};

use crate::auth::jwt::algorithm::JwtAlgorithm;
use crate::auth::jwt::key::Key;

/// A token in its compact form ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)), not yet believed.
pub(super) struct Token<'t> {
    algorithm: JwtAlgorithm,
    #[cfg(feature = "jwks")]
    key_id: Option<String>,
    /// What is signed: the header, a dot, and the payload.
    message: &'t str,
    payload: &'t str,
    signature: Vec<u8>,
}

impl<'t> Token<'t> {
    /// # Errors
    /// What is wrong with it, without anything of it.
    pub(super) fn parse(text: &'t str, algorithms: &[JwtAlgorithm]) -> Result<Self, &'static str> {
        const SHAPE: &str = "token is no JWT: it has not three parts in base64url";
        let (message, signature) = text.rsplit_once('.').ok_or(SHAPE)?;
        let (_, payload) = message.split_once('.').filter(|(_, payload)| !payload.contains('.')).ok_or(SHAPE)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| SHAPE)?;
        let header = decode_header(text).map_err(|error| match error.kind() {
            ErrorKind::Json(_) => "header of the token cannot be read, or names an algorithm that is not known",
            _ => SHAPE,
        })?;
        let algorithm = algorithms.iter().find(|algorithm| algorithm.named() == header.alg);
        let algorithm = *algorithm.ok_or("token is signed with an algorithm that is not accepted")?;
        // No extension is known here, and whoever writes `crit` does not want the token to be taken then (RFC 7515 §4.1.11).
        if header.crit.is_some() {
            return Err("header of the token has `crit`, and no extension is known");
        }
        Ok(Self {
            algorithm,
            #[cfg(feature = "jwks")]
            key_id: header.kid,
            message,
            payload,
            signature,
        })
    }

    #[cfg(feature = "jwks")]
    pub(super) fn algorithm(&self) -> JwtAlgorithm {
        self.algorithm
    }

    /// Returns which key it says that it is signed with.
    #[cfg(feature = "jwks")]
    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// Returns the claims, once the signature is right.
    ///
    /// # Errors
    /// What is wrong with it, without anything of it.
    pub(super) fn claims(&self, key: &Key) -> Result<Map<String, Value>, &'static str> {
        if !key.has_signed(self.algorithm, self.message.as_bytes(), &self.signature) {
            return Err("signature of the token is wrong");
        }
        let payload = URL_SAFE_NO_PAD.decode(self.payload).ok();
        let claims = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
        claims.ok_or("payload of the token is no JSON object")
    }
}
