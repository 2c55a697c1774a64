//! Shared by the end-to-end tests in `tests/tests`: the examples as running programs, and people who use them.
//!
//! Nothing here sleeps: a test waits for what it expects, with [`within`] as the limit.

mod example;
mod participant;
pub mod polite;
pub mod raw;
mod script;
pub mod server;
mod tungstenite;

use std::{fmt::Display, time::Duration};

pub use example::Example;
pub use participant::{Client, Participant};

/// Waits for `what`.
///
/// # Panics
///
/// When it has not happened after 30 s.
pub async fn within<T>(what: impl Display, happening: impl Future<Output = T>) -> T {
    let result = tokio::time::timeout(LIMIT, happening).await;
    result.unwrap_or_else(|_| panic!("waited {} s for {what}", LIMIT.as_secs()))
}

/// Only a test that fails waits this long; a loaded machine starts a browser in a third of it.
const LIMIT: Duration = Duration::from_secs(30);
