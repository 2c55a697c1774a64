//! Scopes: what somebody may do, a word for each ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).

/// What a scope is, for the sentence "a scope must be …".
pub const REQUIREMENT: &str = "visible ASCII without spaces, quotes, and backslashes";

/// Returns whether a text is a scope.
///
/// ```
/// use ws_core::scope::is_valid;
///
/// assert!(is_valid("chat:write") && is_valid("https://example.com/read"));
/// assert!(!is_valid("") && !is_valid("read write"));
/// ```
#[must_use]
pub fn is_valid(scope: &str) -> bool {
    !scope.is_empty() && scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}
