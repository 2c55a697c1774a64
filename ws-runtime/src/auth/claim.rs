//! What single claims hold, of a token or of an answer about one.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

pub(super) const NO_TEXTS: &str = "is neither a string nor an array of strings";

/// Reads scopes: a text with spaces between them, or an array of texts.
pub(super) fn scopes(claims: &Map<String, Value>, name: &str) -> Result<Vec<String>, String> {
    let scopes = match claims.get(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(scopes)) => scopes.split(' ').collect(),
        Some(scopes) => texts(scopes).ok_or_else(|| format!("claim `{name}` {NO_TEXTS}"))?,
    };
    Ok(scopes.into_iter().filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
}

/// Reads a `NumericDate` ([RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2)): seconds since 1970, also parts of one.
pub(super) fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<SystemTime>, String> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    // What is before 1970 is as long ago as that.
    let seconds = value.as_f64().map(|seconds| seconds.max(0.0));
    let since_1970 = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = since_1970.and_then(|duration| SystemTime::UNIX_EPOCH.checked_add(duration));
    time.map(Some).ok_or_else(|| format!("claim `{name}` is no time"))
}

/// Reads one text, or several.
pub(super) fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(values) => values.iter().map(Value::as_str).collect(),
        _ => None,
    }
}
