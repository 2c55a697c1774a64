//! The keys of an issuer, as it publishes them ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, EllipticCurveKeyParameters, Jwk, KeyAlgorithm, KeyOperations,
    OctetKeyPairParameters, PublicKeyUse, RSAKeyParameters,
};
use serde_json::Value;

use crate::auth::jwt::algorithm::JwtAlgorithm;
use crate::auth::jwt::key::{Key, PublicKey};

/// Those keys of an issuer that are of use.
pub(super) struct KeySet(Vec<(Option<String>, Arc<Key>)>);

impl KeySet {
    /// Reads a key set. Keys that are not for these algorithms are left out, and those that cannot be read.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn parse(text: &[u8], algorithms: &[JwtAlgorithm]) -> Result<Self, &'static str> {
        let document: Option<Value> = serde_json::from_slice(text).ok();
        let keys = document.as_ref().and_then(|document| document.get("keys")?.as_array());
        let keys = keys.ok_or("answer is no key set: it is no JSON object with an array `keys`")?;
        let readable = keys.iter().filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok());
        let usable = readable.filter_map(|jwk| {
            let key = key(&jwk, algorithms)?;
            Some((jwk.common.key_id, Arc::new(key)))
        });
        Ok(Self(usable.collect()))
    }

    /// Finds the key with this id. Without an id, on either side, it must be the only one.
    pub(super) fn find(&self, id: Option<&str>, algorithm: JwtAlgorithm) -> Option<&Arc<Key>> {
        let by_id = self.0.iter().find(|(own, key)| id.is_some() && own.as_deref() == id && key.is_for(algorithm));
        let (_, key) = by_id.or(match &self.0[..] {
            [only] if id.is_none() || only.0.is_none() => Some(only),
            _ => None,
        })?;
        key.is_for(algorithm).then_some(key)
    }
}

/// Makes a key for those of the algorithms that it is for.
fn key(jwk: &Jwk, algorithms: &[JwtAlgorithm]) -> Option<Key> {
    let common = &jwk.common;
    let is_for_signatures = common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let verifies = common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
    if !is_for_signatures || !verifies {
        return None;
    }
    let is_meant =
        |algorithm: &JwtAlgorithm| common.key_algorithm.is_none_or(|own| own == KeyAlgorithm::from(algorithm.named()));
    let public = public_key(&jwk.algorithm)?;
    Key::from_jwk(algorithms.iter().copied().filter(is_meant), &public)
}

fn public_key(parameters: &AlgorithmParameters) -> Option<PublicKey> {
    let number = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    match parameters {
        AlgorithmParameters::RSA(RSAKeyParameters { n, e, .. }) => {
            // Some issuers write the zero that keeps a number positive in other formats.
            let without_zeros = |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect();
            Some(PublicKey::Rsa { n: without_zeros(number(n)?), e: without_zeros(number(e)?) })
        }
        AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters { x, y, .. }) => {
            // An uncompressed point (SEC 1 §2.3.3). One of another curve is found out when it is read.
            Some(PublicKey::Point([vec![4], number(x)?, number(y)?].concat()))
        }
        AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters { curve: EllipticCurve::Ed25519, x, .. }) => {
            Some(PublicKey::Point(number(x)?))
        }
        // Secrets are not published.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::JwtAlgorithm::{ES256, EdDSA, HS256, RS256};
    use super::*;
    use serde_json::json;

    /// RFC 8037, appendix A.2.
    fn ed25519(id: Option<&str>, more: &Value) -> Value {
        let mut key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        let all = key.as_object_mut().expect("an object");
        all.extend(id.map(|id| ("kid".to_owned(), json!(id))));
        all.extend(more.as_object().expect("an object").clone());
        key
    }

    fn set(keys: &[Value]) -> KeySet {
        let text = json!({ "keys": keys }).to_string();
        KeySet::parse(text.as_bytes(), &[EdDSA, RS256, ES256, HS256]).unwrap_or_else(|mistake| panic!("{mistake}"))
    }

    #[test]
    fn keys_that_do_not_fit_are_left_out() {
        let table = [
            (json!({}), true),
            (json!({ "use": "sig", "alg": "EdDSA", "key_ops": ["verify"], "x5c": ["?"], "more": 1 }), true),
            (json!({ "use": "enc" }), false),
            (json!({ "use": "other" }), false),
            (json!({ "key_ops": ["sign"] }), false),
            (json!({ "alg": "RS256" }), false),
            (json!({ "alg": "ES256K" }), false),
            (json!({ "alg": 1 }), false),
            (json!({ "crv": "X25519" }), false),
            (json!({ "kty": "RSA" }), false),
            (json!({ "kty": "EC", "crv": "P-256", "y": "AA" }), false),
            (json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" }), false),
            (json!({ "kty": "oct", "k": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }), false),
            (json!({ "x": "AA" }), false),
            (json!({ "x": "?" }), false),
        ];
        for (more, is_usable) in table {
            let keys = set(&[json!(1), ed25519(Some("a"), &more)]);
            assert_eq!(keys.find(Some("a"), EdDSA).is_some(), is_usable, "{more}");
            assert!(keys.find(Some("a"), HS256).is_none() && keys.find(Some("a"), ES256).is_none(), "{more}");
        }
    }

    #[test]
    fn a_key_without_an_id_is_the_only_one() {
        let (named, nameless, encrypts) =
            (ed25519(Some("a"), &json!({})), ed25519(None, &json!({})), ed25519(None, &json!({ "use": "enc" })));
        let table = [
            (vec![named.clone()], Some("a"), true),
            (vec![named.clone()], Some("b"), false),
            (vec![named.clone()], None, true),
            (vec![nameless.clone()], Some("a"), true),
            (vec![nameless.clone()], None, true),
            (vec![nameless.clone(), encrypts], None, true),
            (vec![named.clone(), nameless.clone()], Some("a"), true),
            (vec![named.clone(), nameless.clone()], Some("b"), false),
            (vec![named, nameless], None, false),
            (vec![], None, false),
        ];
        for (keys, id, is_found) in table {
            assert_eq!(set(&keys).find(id, EdDSA).is_some(), is_found, "{keys:?} {id:?}");
        }
    }

    #[test]
    fn what_is_no_key_set_is_told() {
        for text in ["", "<html>", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[}"#] {
            assert!(KeySet::parse(text.as_bytes(), &[EdDSA]).is_err(), "{text}");
        }
    }
}
