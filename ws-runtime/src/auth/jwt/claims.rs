//! What a token must say.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::auth::claim::{NO_TEXTS, scopes, texts, time};
use crate::error::AuthError;
use crate::identity::Identity;

/// What the claims of a token must be ([RFC 7519 §4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)).
#[derive(Debug)]
pub(super) struct Claims {
    /// None is any.
    pub(super) issuers: Vec<String>,
    pub(super) audience: Audience,
    /// Those that must be there, some with a value.
    pub(super) required: Vec<(String, Option<Value>)>,
    pub(super) clock_skew: Duration,
    pub(super) subject_claim: String,
    pub(super) scope_claim: String,
    pub(super) is_end_required: bool,
}

/// For whom a token may be.
#[derive(Debug)]
pub(super) enum Audience {
    Any,
    OneOf(Vec<String>),
}

impl Claims {
    /// Finds out who has a token that is signed.
    ///
    /// # Errors
    /// What is wrong with the claims.
    pub(super) fn identity(&self, claims: Map<String, Value>, now: SystemTime) -> Result<Identity, AuthError> {
        let subject = claims.get(&self.subject_claim).and_then(Value::as_str).filter(|subject| !subject.is_empty());
        let Some(subject) = subject else {
            return Err(AuthError::invalid(format!("claim `{}` is missing, or no string", self.subject_claim)));
        };
        let checked = self.check(&claims, now);
        let (scopes, end) = checked.map_err(|reason| AuthError::invalid_for(subject, reason))?;
        let identity = Identity::new(subject).scopes(scopes).claims(claims);
        Ok(match end {
            Some(end) => identity.expires_at(end),
            None => identity,
        })
    }

    /// Returns the scopes and the end.
    fn check(&self, claims: &Map<String, Value>, now: SystemTime) -> Result<(Vec<String>, Option<SystemTime>), String> {
        let end = self.end(claims)?;
        if end.is_some_and(|end| end <= now) {
            return Err("token has expired".to_owned());
        }
        let latest = now.checked_add(self.clock_skew);
        if time(claims, "nbf")?.is_some_and(|begin| latest.is_some_and(|latest| begin > latest)) {
            return Err("token is not yet valid".to_owned());
        }
        self.check_parties(claims)?;
        for (name, value) in &self.required {
            let found = claims.get(name).filter(|found| !found.is_null());
            let found = found.ok_or_else(|| format!("claim `{name}` is missing"))?;
            if value.as_ref().is_some_and(|value| value != found) {
                return Err(format!("claim `{name}` has another value"));
            }
        }
        Ok((scopes(claims, &self.scope_claim)?, end))
    }

    /// Returns until when the token is taken.
    fn end(&self, claims: &Map<String, Value>) -> Result<Option<SystemTime>, String> {
        match time(claims, "exp")? {
            // One that is too late to be a time with the skew is far away without.
            Some(end) => Ok(Some(end.checked_add(self.clock_skew).unwrap_or(end))),
            None if self.is_end_required => Err("claim `exp` is missing".to_owned()),
            None => Ok(None),
        }
    }

    /// Checks whom the token is from, and for whom.
    fn check_parties(&self, claims: &Map<String, Value>) -> Result<(), String> {
        let issuer = claims.get("iss").and_then(Value::as_str);
        let is_known = issuer.is_some_and(|issuer| self.issuers.iter().any(|known| known == issuer));
        if !self.issuers.is_empty() && !is_known {
            return Err("token is from another issuer".to_owned());
        }
        let Audience::OneOf(audiences) = &self.audience else { return Ok(()) };
        let found = match claims.get("aud") {
            // Without an audience here, a token that has none is as good as any.
            None if audiences.is_empty() => return Ok(()),
            None => Vec::new(),
            Some(found) => texts(found).ok_or_else(|| format!("claim `aud` {NO_TEXTS}"))?,
        };
        let is_for_us = found.iter().any(|found| audiences.iter().any(|own| own == found));
        is_for_us.then_some(()).ok_or_else(|| "token is for another audience".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: f64 = 1_000_000.0;

    fn rules() -> Claims {
        Claims {
            issuers: Vec::new(),
            audience: Audience::OneOf(Vec::new()),
            required: Vec::new(),
            clock_skew: Duration::ZERO,
            subject_claim: "sub".to_owned(),
            scope_claim: "scope".to_owned(),
            is_end_required: true,
        }
    }

    /// Returns who it is, or what is wrong. What is not given in the claims is right.
    fn outcome(rules: &Claims, claims: Value) -> Result<Identity, String> {
        let mut all = json!({ "sub": "ann", "exp": NOW + 10.0 });
        let Value::Object(claims) = claims else { panic!("{claims}") };
        let all = all.as_object_mut().expect("an object");
        for (name, value) in claims {
            // There is no `undefined` in JSON.
            if value == "-" {
                all.remove(&name)
            } else {
                all.insert(name, value)
            };
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(NOW);
        rules.identity(all.clone(), now).map_err(|error| error.to_string())
    }

    fn mistake(rules: &Claims, claims: Value) -> Option<String> {
        outcome(rules, claims).err()
    }

    #[test]
    fn rfc7519_4_1_4_a_token_is_over_at_its_end() {
        let late = "claim `exp` is no time";
        let table = [
            (json!({ "exp": NOW + 0.001 }), None),
            (json!({ "exp": NOW }), Some("token has expired")),
            (json!({ "exp": 0 }), Some("token has expired")),
            (json!({ "exp": -1 }), Some("token has expired")),
            (json!({ "exp": -1e300 }), Some("token has expired")),
            (json!({ "exp": u64::from(u32::MAX) + 1 }), None),
            (json!({ "exp": u64::MAX }), Some(late)),
            (json!({ "exp": 1e300 }), Some(late)),
            (json!({ "exp": "2000000" }), Some(late)),
            (json!({ "exp": null }), Some(late)),
            (json!({ "exp": [2_000_000] }), Some(late)),
            (json!({ "exp": "-" }), Some("claim `exp` is missing")),
        ];
        for (claims, expected) in table {
            assert_eq!(mistake(&rules(), claims.clone()).as_deref(), expected, "{claims}");
        }
        let endless = Claims { is_end_required: false, ..rules() };
        assert_eq!(outcome(&endless, json!({ "exp": "-" })).map(|identity| identity.expiry()), Ok(None));
        assert_eq!(mistake(&endless, json!({ "exp": 1 })).as_deref(), Some("token has expired"));
    }

    #[test]
    fn rfc7519_4_1_5_a_token_is_not_valid_before_its_beginning() {
        let table = [
            (json!({ "nbf": NOW }), None),
            (json!({ "nbf": NOW + 0.5 }), Some("token is not yet valid")),
            (json!({ "nbf": "1" }), Some("claim `nbf` is no time")),
        ];
        for (claims, expected) in table {
            assert_eq!(mistake(&rules(), claims.clone()).as_deref(), expected, "{claims}");
        }
    }

    #[test]
    fn clocks_may_differ() {
        let rules = Claims { clock_skew: Duration::from_secs(30), ..rules() };
        let table = [
            (json!({ "exp": NOW - 29.0, "nbf": NOW + 30.0 }), None),
            (json!({ "exp": NOW - 30.0 }), Some("token has expired")),
            (json!({ "nbf": NOW + 31.0 }), Some("token is not yet valid")),
        ];
        for (claims, expected) in table {
            assert_eq!(mistake(&rules, claims.clone()).as_deref(), expected, "{claims}");
        }
        let end = outcome(&rules, json!({})).expect("it is right").expiry();
        assert_eq!(end, Some(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(NOW + 40.0)));
        let far = Claims { clock_skew: Duration::MAX, ..rules };
        assert_eq!(mistake(&far, json!({ "exp": NOW + 1.0, "nbf": NOW + 1e6 })), None);
    }

    #[test]
    fn a_token_is_from_a_known_issuer_and_for_this_audience() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let strict = Claims { issuers: names(&["a", "b"]), audience: Audience::OneOf(names(&["x", "y"])), ..rules() };
        let (issuer, audience) = ("token is from another issuer", "token is for another audience");
        let table = [
            (&strict, json!({ "iss": "b", "aud": "x" }), None),
            (&strict, json!({ "iss": "a", "aud": ["z", "y"] }), None),
            (&strict, json!({ "iss": "c", "aud": "x" }), Some(issuer)),
            (&strict, json!({ "iss": ["a"], "aud": "x" }), Some(issuer)),
            (&strict, json!({ "aud": "x" }), Some(issuer)),
            (&strict, json!({ "iss": "a" }), Some(audience)),
            (&strict, json!({ "iss": "a", "aud": [] }), Some(audience)),
            (&strict, json!({ "iss": "a", "aud": "X" }), Some(audience)),
            (
                &strict,
                json!({ "iss": "a", "aud": ["x", 1] }),
                Some("claim `aud` is neither a string nor an array of strings"),
            ),
            (&rules(), json!({ "iss": "c" }), None),
            (&rules(), json!({ "aud": "x" }), Some(audience)),
            (&Claims { audience: Audience::Any, ..rules() }, json!({ "aud": "x" }), None),
        ];
        for (rules, claims, expected) in table {
            assert_eq!(mistake(rules, claims.clone()).as_deref(), expected, "{claims}");
        }
    }

    #[test]
    fn claims_can_be_asked_for() {
        let required = vec![("jti".to_owned(), None), ("plan".to_owned(), Some(json!("gold")))];
        let rules = Claims { required, subject_claim: "client_id".to_owned(), ..rules() };
        let missing = "claim `client_id` is missing, or no string";
        let table = [
            (json!({ "client_id": "c", "jti": 1, "plan": "gold" }), None),
            (json!({ "client_id": "c", "jti": null, "plan": "gold" }), Some("claim `jti` is missing")),
            (json!({ "client_id": "c", "jti": 1, "plan": "tin" }), Some("claim `plan` has another value")),
            (json!({ "jti": 1, "plan": "gold" }), Some(missing)),
            (json!({ "client_id": "", "jti": 1, "plan": "gold" }), Some(missing)),
            (json!({ "client_id": 1, "jti": 1, "plan": "gold" }), Some(missing)),
        ];
        for (claims, expected) in table {
            assert_eq!(mistake(&rules, claims.clone()).as_deref(), expected, "{claims}");
        }
    }

    #[test]
    fn scopes_are_words_or_an_array() {
        let table = [
            (json!({}), Ok(vec![])),
            (json!({ "scope": null }), Ok(vec![])),
            (json!({ "scope": "" }), Ok(vec![])),
            (json!({ "scope": " write  read " }), Ok(vec!["read", "write"])),
            (json!({ "scope": ["write", "read"] }), Ok(vec!["read", "write"])),
            (json!({ "scope": 1 }), Err("claim `scope` is neither a string nor an array of strings")),
            (json!({ "scope": ["read", 1] }), Err("claim `scope` is neither a string nor an array of strings")),
        ];
        for (claims, expected) in table {
            let found = outcome(&rules(), claims.clone());
            let scopes = found.as_ref().map(|identity| identity.all_scopes().collect()).map_err(String::as_str);
            assert_eq!(scopes, expected, "{claims}");
        }
    }
}
