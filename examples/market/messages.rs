//! What clients ask for, and what they are answered.

use std::{borrow::Cow, collections::BTreeSet, fmt::Display};

use serde::{Deserialize, Serialize};
use websocket::{Validate, ValidationError};

use crate::walk::Tick;

/// The request for pairs, or for their end.
#[derive(Deserialize)]
pub(crate) struct Pairs<'a> {
    #[serde(borrow)]
    pair: Vec<Name<'a>>,
}

/// Stays in the message, unless it is written with escapes there.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Pairs<'_> {
    /// Each name once.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pair.iter().map(|name| &*name.0).collect::<BTreeSet<_>>().into_iter()
    }
}

impl Validate for Pairs<'_> {
    fn validate(&self) -> Result<(), ValidationError> {
        if self.pair.is_empty() { Err(ValidationError::new("pair", "must name at least one pair")) } else { Ok(()) }
    }
}

/// Everything that is sent to a client. An answer to a request carries its `reqid`, too: that is added for us.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Answer {
    Error { error_message: String },
    Heartbeat,
    Pong,
    SubscriptionStatus(Subscription),
    SystemStatus { status: &'static str, pair: Vec<&'static str> },
    Ticker(Tick),
}

/// What has become of a subscription.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Subscription {
    Error { error_message: String },
    Subscribed { pair: Vec<&'static str> },
    Unsubscribed { pair: Vec<&'static str> },
}

impl Answer {
    /// What was asked for is not done, for this reason.
    pub(crate) fn refused(reason: impl Display) -> Self {
        Self::SubscriptionStatus(Subscription::Error { error_message: reason.to_string() })
    }
}

/// Why a request is not granted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("pair `{0}` is not subscribed")]
    NotSubscribed(&'static str),
    #[error("pair `{0}` is not supported")]
    UnknownPair(String),
}
