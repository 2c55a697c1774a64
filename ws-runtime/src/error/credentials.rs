//! Why a client has no credentials.

use std::error::Error;
use std::sync::Arc;

use crate::error::BoxError;

/// Why there are no credentials for a connection of a client.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// Whoever gives them out says no. It stays so, until something is changed.
    #[error("credentials are refused")]
    Refused(#[source] Arc<dyn Error + Send + Sync>),
    /// They cannot be had at present: whoever gives them out does not answer, for instance. It may be another time.
    #[error("credentials cannot be had at present")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
}

impl CredentialsError {
    /// Says that whoever gives them out says no, and why.
    pub fn refused(reason: impl Into<BoxError>) -> Self {
        Self::Refused(reason.into().into())
    }

    /// Says that they cannot be had at present, and why.
    pub fn unavailable(reason: impl Into<BoxError>) -> Self {
        Self::Unavailable(reason.into().into())
    }
}
