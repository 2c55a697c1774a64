//! Code of the user's that answers a request: a panic in it, and one that takes too long, harm nobody else.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use http::StatusCode;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Panicked,
    TookTooLong,
}

/// Runs it to its end; `None` is no limit.
pub(crate) async fn guarded<T>(timeout: Option<Duration>, answer: impl Future<Output = T>) -> Result<T, Failure> {
    let mut answer = pin!(answer);
    let contained = poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx)));
        polled.map_or(Poll::Ready(Err(Failure::Panicked)), |polled| polled.map(Ok))
    });
    match timeout {
        None => contained.await,
        Some(timeout) => tokio::time::timeout(timeout, contained).await.unwrap_or(Err(Failure::TookTooLong)),
    }
}

impl Failure {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Panicked => "panicked",
            Self::TookTooLong => "took too long",
        }
    }

    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TookTooLong => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
