//! What a token endpoint says: [RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5).

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use serde_json::Value;

use crate::error::CredentialsError;

/// A token, and what comes with it.
#[derive(Debug)]
pub(super) struct Answer {
    /// The value of `Authorization`.
    pub(super) authorization: HeaderValue,
    /// `None` if it is not said.
    pub(super) lifetime: Option<Duration>,
    pub(super) refresh_token: Option<String>,
}

/// # Errors
/// There is no token in it.
pub(super) fn read(status: StatusCode, body: &[u8]) -> Result<Answer, CredentialsError> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    if status != StatusCode::OK {
        return Err(refusal(status, body["error"].as_str()));
    }
    let unclear = |reason: &'static str| CredentialsError::unavailable(reason);
    let token = body["access_token"].as_str().ok_or_else(|| unclear("token endpoint gave no `access_token`"))?;
    if let Some(kind) = body["token_type"].as_str().filter(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        // RFC 6749 §7.1: one that is not understood must not be used.
        return Err(CredentialsError::refused(format!("token is of the type `{}`", kind.escape_debug())));
    }
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let value = HeaderValue::try_from(format!("Bearer {token}")).ok().filter(|_| is_token);
    let mut authorization = value.ok_or_else(|| unclear("token endpoint gave an `access_token` that is none"))?;
    authorization.set_sensitive(true);
    Ok(Answer {
        authorization,
        lifetime: seconds(&body["expires_in"]).map(Duration::from_secs),
        refresh_token: body["refresh_token"].as_str().map(str::to_owned),
    })
}

/// Reads a number, which some write as a text.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn refusal(status: StatusCode, error: Option<&str>) -> CredentialsError {
    // What it may be: RFC 6749 §5.2.
    let error = error.filter(|error| error.len() <= 64 && error.bytes().all(|byte| matches!(byte, b' '..=b'~')));
    let error = error.map(|error| format!(": {error}")).unwrap_or_default();
    let reason = format!("token endpoint answered with status {}{error}", status.as_u16());
    let is_passing = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    if status.is_server_error() || is_passing {
        CredentialsError::unavailable(reason)
    } else {
        CredentialsError::refused(reason)
    }
}
