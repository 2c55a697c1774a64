//! Why somebody is not let in.

use std::borrow::Cow;

use crate::error::BoxError;

/// Why a rule of [`Auth`](crate::Auth) does not let somebody in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// There are no credentials of the kind that the rule reads. The next rule is asked.
    #[error("no credentials of this kind")]
    Missing,
    /// The credentials are wrong. The next rule is asked.
    #[error("{reason}")]
    Invalid {
        /// Whose they claim to be, for the log.
        subject: Option<String>,
        /// What is wrong with them, for the log: never the secret itself. The client is not told.
        reason: Cow<'static, str>,
    },
    /// It cannot be found out at present: a service that is asked does not answer, for instance. Nobody is let in; the client gets 503.
    #[error("credentials cannot be checked at present")]
    Unavailable(#[source] BoxError),
}

impl AuthError {
    /// Says that the credentials are wrong, and why, for the log.
    pub fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid { subject: None, reason: reason.into() }
    }

    /// Says that the credentials that claim to be somebody's are wrong, and why, for the log.
    pub fn invalid_for(subject: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid { subject: Some(subject.into()), reason: reason.into() }
    }
}
