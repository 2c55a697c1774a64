//! Who somebody is.

use std::collections::BTreeSet;
use std::time::SystemTime;

use serde_json::{Map, Value};

/// Who somebody is, as a rule of [`Auth`](crate::Auth) found out: [`UpgradeRequest::identity`](crate::UpgradeRequest::identity) and
/// [`Caller::identity`](crate::Caller::identity).
///
/// ```
/// use websocket::Identity;
///
/// let identity = Identity::new("ann").scopes(["read", "write"]);
/// assert!(identity.has_scope("read") && !identity.has_scope("admin"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    subject: String,
    scopes: BTreeSet<String>,
    claims: Map<String, Value>,
    expiry: Option<SystemTime>,
}

impl Identity {
    /// Names somebody: a user, or a program. Without scopes and claims, for ever.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), scopes: BTreeSet::new(), claims: Map::new(), expiry: None }
    }

    /// Adds what they may do.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Sets what else is known about them.
    #[must_use]
    pub fn claims(mut self, claims: Map<String, Value>) -> Self {
        self.claims = claims;
        self
    }

    /// Sets when the credentials end. A connection that is open then is closed with 1008.
    #[must_use]
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expiry = Some(time);
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns what they may do, in alphabetical order.
    pub fn all_scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// Returns whether they may do this.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Returns something else that is known about them: a claim of a token, for instance.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// Returns when the credentials end; `None` is never.
    #[must_use]
    pub fn expiry(&self) -> Option<SystemTime> {
        self.expiry
    }

    pub(crate) fn has_expired(&self) -> bool {
        self.expiry.is_some_and(|expiry| expiry <= SystemTime::now())
    }
}
