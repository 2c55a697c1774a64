//! What somebody must be allowed to do.

use ws_core::scope;

use crate::identity::Identity;

/// The scopes that are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Required {
    /// Whoever is known may do it.
    #[default]
    Nothing,
    AnyOf(Vec<String>),
    AllOf(Vec<String>),
}

impl Required {
    pub(crate) fn is_met_by(&self, identity: &Identity) -> bool {
        let has = |scope: &String| identity.has_scope(scope);
        match self {
            Self::Nothing => true,
            Self::AnyOf(scopes) => scopes.iter().any(has),
            Self::AllOf(scopes) => scopes.iter().all(has),
        }
    }

    /// Returns the scopes as `WWW-Authenticate` names them ([RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
    pub(crate) fn names(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::AnyOf(scopes) | Self::AllOf(scopes) => scopes.join(" "),
        }
    }

    /// Returns what is wrong with them.
    pub(crate) fn mistake(&self) -> Option<&'static str> {
        let (Self::AnyOf(scopes) | Self::AllOf(scopes)) = self else { return None };
        if scopes.is_empty() {
            return Some("scopes must not be empty: leave them out, so that whoever is known may connect");
        }
        let are_valid = scopes.iter().all(|name| scope::is_valid(name));
        (!are_valid).then_some("a scope must be visible ASCII without spaces, quotes, and backslashes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_is_enough_unless_all_are_asked_for() {
        let identity = Identity::new("ann").scopes(["read", "write"]);
        let table = [
            (Required::Nothing, true),
            (Required::AnyOf(scopes(&["admin", "read"])), true),
            (Required::AnyOf(scopes(&["admin"])), false),
            (Required::AllOf(scopes(&["read", "write"])), true),
            (Required::AllOf(scopes(&["read", "admin"])), false),
            (Required::AnyOf(Vec::new()), false),
        ];
        for (required, expected) in table {
            assert_eq!(required.is_met_by(&identity), expected, "{required:?}");
        }
    }

    #[test]
    fn a_scope_is_one_word() {
        for mistake in [&[][..], &[""], &["read write"], &["a\"b"], &["a\\b"], &["é"]] {
            assert!(Required::AnyOf(scopes(mistake)).mistake().is_some(), "{mistake:?}");
        }
        assert_eq!(Required::AllOf(scopes(&["chat:read", "https://a.example/write"])).mistake(), None);
    }
}
