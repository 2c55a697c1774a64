//! What an issuer says of a token ([RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)).

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use crate::auth::claim::{scopes, time};
use crate::identity::Identity;

/// What becomes of those who have a token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    Active(Identity),
    Refused(&'static str),
}

/// Reads an answer.
///
/// # Errors
/// It is none: nothing is known of the token.
pub(super) fn read(
    text: &[u8],
    scope_claim: &str,
    default_lifetime: Duration,
    now: SystemTime,
) -> Result<Verdict, String> {
    let mut claims: Map<String, Value> =
        serde_json::from_slice(text).map_err(|_| "answer is no JSON object".to_owned())?;
    // Some issuers write `null` for what they do not know.
    claims.retain(|_, value| !value.is_null());
    match claims.get("active") {
        Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return Ok(Verdict::Refused("token is not active")),
        _ => return Err("answer does not say whether the token is active".to_owned()),
    }
    let wrong = |reason: String| format!("answer is wrong: {reason}");
    let end = time(&claims, "exp").map_err(wrong)?.or_else(|| now.checked_add(default_lifetime));
    let scopes = scopes(&claims, scope_claim).map_err(wrong)?;
    let Some(subject) = ["sub", "username", "client_id"].into_iter().find_map(|name| name_in(&claims, name)) else {
        return Ok(Verdict::Refused("issuer does not say whose the token is"));
    };
    let identity = Identity::new(subject).scopes(scopes).claims(claims);
    Ok(Verdict::Active(match end {
        Some(end) => identity.expires_at(end),
        // It is further away than times go.
        None => identity,
    }))
}

fn name_in(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name)?.as_str().filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn outcome(answer: &str) -> Result<Verdict, String> {
        read(answer.as_bytes(), "scope", Duration::from_secs(30), SystemTime::UNIX_EPOCH + NOW)
    }

    fn identity(answer: &Value) -> Identity {
        match outcome(&answer.to_string()) {
            Ok(Verdict::Active(identity)) => identity,
            other => panic!("{answer}: {other:?}"),
        }
    }

    #[test]
    fn rfc7662_2_2_only_true_is_active() {
        let unclear = || Err("answer does not say whether the token is active".to_owned());
        let no_object = || Err("answer is no JSON object".to_owned());
        let table = [
            (r#"{"active":false,"sub":"ann"}"#, Ok(Verdict::Refused("token is not active"))),
            (r#"{"active":true}"#, Ok(Verdict::Refused("issuer does not say whose the token is"))),
            (
                r#"{"active":true,"sub":"","client_id":1}"#,
                Ok(Verdict::Refused("issuer does not say whose the token is")),
            ),
            (r#"{"active":"true","sub":"ann"}"#, unclear()),
            (r#"{"active":1,"sub":"ann"}"#, unclear()),
            (r#"{"active":null,"sub":"ann"}"#, unclear()),
            (r#"{"sub":"ann"}"#, unclear()),
            (r#"{"active":true,"sub":"ann","exp":"soon"}"#, Err("answer is wrong: claim `exp` is no time".to_owned())),
            (
                r#"{"active":true,"sub":"ann","scope":1}"#,
                Err("answer is wrong: claim `scope` is neither a string nor an array of strings".to_owned()),
            ),
            ("[true]", no_object()),
            ("true", no_object()),
            ("", no_object()),
            (r#"{"active":true,"sub":"ann"} x"#, no_object()),
        ];
        for (answer, expected) in table {
            assert_eq!(outcome(answer), expected, "{answer}");
        }
    }

    #[test]
    fn the_first_name_is_the_subject() {
        let mut answer = json!({ "active": true, "sub": "ann", "username": "Ann", "client_id": "app" });
        assert_eq!(identity(&answer).subject(), "ann");
        answer["sub"] = Value::Null;
        assert_eq!(identity(&answer).subject(), "Ann");
        answer["username"] = Value::Null;
        assert_eq!(identity(&answer).subject(), "app");
    }

    #[test]
    fn a_token_without_an_end_has_one() {
        let end = |answer: Value| identity(&answer).expiry().map(|end| end.duration_since(SystemTime::UNIX_EPOCH).ok());
        let lifetime = Duration::from_secs(30);
        assert_eq!(end(json!({ "active": true, "sub": "ann" })), Some(Some(NOW + lifetime)));
        assert_eq!(end(json!({ "active": true, "sub": "ann", "exp": null })), Some(Some(NOW + lifetime)));
        assert_eq!(end(json!({ "active": true, "sub": "ann", "exp": 7 })), Some(Some(Duration::from_secs(7))));
    }
}
