//! Shared by the end-to-end tests in `tests/tests`: the examples as running programs, and people who use them.
//!
//! Nothing here sleeps: a test waits for what it expects, with [`within`] as the limit.

pub mod certificates;
pub mod event_table;
mod example;
pub mod faulty;
mod foreign_client;
mod foreign_server;
pub mod heap;
pub mod http2;
pub mod issuer;
pub mod json_client;
pub mod log;
pub mod network;
mod participant;
pub mod polite;
pub mod prometheus;
pub mod raw;
pub mod raw_server;
mod script;
pub mod server;
pub mod tls;
mod tungstenite;

use std::{fmt::Display, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::ChildStderr,
};

pub use example::Example;
pub use foreign_client::ForeignClient;
pub use foreign_server::ForeignServer;
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

/// Shows what a program writes to stderr as the test's own output, which is printed when the test fails.
///
/// A program must not write there itself: Node.js makes its stderr non-blocking, for all programs that share it.
fn relay_stderr(name: String, stderr: Option<ChildStderr>) {
    let mut lines = BufReader::new(stderr.expect("stderr is piped")).lines();
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            eprintln!("{name}: {line}");
        }
    });
}

/// Only a test that fails waits this long; a loaded machine starts a browser in a third of it.
const LIMIT: Duration = Duration::from_secs(30);
