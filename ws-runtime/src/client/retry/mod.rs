//! A client that connects again.
//!
//! ```text
//!   supervisor ──▶ dial ──▶ connection, in a task of its own ──▶ how it ended ──┬─▶ for good: tell whoever reads
//!       ▲                                                                       │
//!       └────────────────────────────── wait ◀──────────────────────────────────┘
//!
//!   write ──▶ courier: journal ──▶ outbox of the connection of the moment
//! ```

mod courier;
mod event;
mod journal;
mod supervisor;
mod waits;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::log;

pub(crate) use courier::Courier;
pub use event::{ClientEvent, LossCause};
pub(crate) use supervisor::{Supervisor, connect};
pub(crate) use waits::Attempts;

/// How a client connects again, when it cannot connect or has lost its connection.
///
/// Given to [`ClientBuilder::retry`](crate::ClientBuilder::retry). Worth another try are
///
/// - a connection that broke, or that ended without a close frame (1006),
/// - a server that closed with 1001 (going away), 1012 (service restart), or 1013 (try again later),
/// - what [`ConnectError::is_transient`](crate::ConnectError::is_transient) says: no answer, no answer in time, and the statuses 502, 503,
///   504, and 429.
///
/// Everything else is final: any other refusal, any other close of the server's, any close of ours, and a server that breaks the
/// protocol.
///
/// # What is written
///
/// The `write_*` and `try_write_*` methods of a client with retries keep a copy of each message, until it is known to have arrived:
///
/// - A message of which no byte was sent waits, and goes out on the next connection, in its order.
/// - A message of which a byte was sent may have arrived. The client sends pings behind its messages, one in each
///   [`confirm_interval`](Self::confirm_interval) at most, and the pong says that everything in front of the ping has reached the server. What no
///   pong was seen for when the connection was lost is in doubt. It is not sent again, but reported in
///   [`ClientEvent::Lost`]; with [`resend`](Self::resend) it goes out again first, and may arrive twice.
/// - What still waits when the client gives up is reported in [`ClientEvent::GaveUp`].
///
/// The close frame of a server counts when it is answered ([`Client`](crate::Client)). What has not been sent until then is not sent on that
/// connection any more: where there is something left, the connection is cut without an answer to the close frame.
///
/// What waits and what is in doubt are together bounded by [`max_queue_size`](Self::max_queue_size). Pings, pongs, and what a handler returns or writes to its
/// [`Caller`](crate::Caller) belong to the connection of the moment, and end with it.
///
/// # Examples
/// ```no_run
/// # async fn example() -> websocket::Result<()> {
/// use std::time::Duration;
/// use websocket::{Client, RetryConfig};
///
/// let retry = RetryConfig::new().back_off_factor(2.0).max_wait_interval(Duration::from_mins(1)).on_event(|event| println!("{event}"));
/// let client = Client::builder("ws://localhost:9090/chat/ann").retry(retry).connect().await?;
/// # drop(client);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "give it to `ClientBuilder::retry`"]
pub struct RetryConfig {
    max_count: u32,
    interval: Duration,
    back_off_factor: f64,
    max_wait_interval: Duration,
    max_retry_after: Duration,
    jitter: bool,
    stable_after: Duration,
    resend: bool,
    confirm_interval: Duration,
    max_queue_size: usize,
    on_event: Option<Arc<dyn Fn(ClientEvent) + Send + Sync>>,
}

impl RetryConfig {
    /// Starts with the defaults: for ever, up to a second apart.
    pub const fn new() -> Self {
        Self {
            max_count: 0,
            interval: Duration::from_secs(1),
            back_off_factor: 1.0,
            max_wait_interval: Duration::from_secs(30),
            max_retry_after: Duration::from_mins(5),
            jitter: true,
            stable_after: Duration::from_secs(10),
            resend: false,
            confirm_interval: Duration::from_secs(1),
            max_queue_size: 1 << 20,
            on_event: None,
        }
    }

    /// Limits how often the client connects again, before it has been connected for [`stable_after`](Self::stable_after). Default 0, which
    /// is no limit.
    pub fn max_count(mut self, count: u32) -> Self {
        self.max_count = count;
        self
    }

    /// Sets the wait before the first retry. Greater than zero; default 1 s.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets by how much each wait is longer than the one before. At least 1; default 1.0, which keeps them equal.
    pub fn back_off_factor(mut self, factor: f64) -> Self {
        self.back_off_factor = factor;
        self
    }

    /// Limits the wait between two attempts. Greater than zero; default 30 s.
    pub fn max_wait_interval(mut self, interval: Duration) -> Self {
        self.max_wait_interval = interval;
        self
    }

    /// Limits how long a server can make the client wait with `Retry-After`, to which the limit of the other waits does not apply.
    /// Default 300 s; [`Duration::ZERO`] does not heed it.
    pub fn max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }

    /// Chooses whether each wait is a random time up to what the other settings say, so that the clients of a server that restarts do not
    /// come back all at once. A `Retry-After` is then waited for in addition; without jitter, the longer one of both is the wait.
    /// Default `true`.
    pub fn jitter(mut self, is_on: bool) -> Self {
        self.jitter = is_on;
        self
    }

    /// Sets how long a connection must have been open, so that the next retry counts as the first one again. Default 10 s.
    pub fn stable_after(mut self, duration: Duration) -> Self {
        self.stable_after = duration;
        self
    }

    /// Chooses whether messages that may have arrived are sent again. Default `false`.
    pub fn resend(mut self, is_on: bool) -> Self {
        self.resend = is_on;
        self
    }

    /// Sets how long after such a ping, or after the beginning of the connection, the next one goes out at the earliest: behind all messages
    /// that have been written until then, and at once behind one that is written later. While the queue is more than half full, it is
    /// 10 ms. Greater than zero; default 1 s.
    pub fn confirm_interval(mut self, interval: Duration) -> Self {
        self.confirm_interval = interval;
        self
    }

    /// Limits the messages that wait, or are not known to have arrived: writers wait when there is no room. A larger message is alone
    /// in the queue. Bytes, at least 1; default 1 MiB.
    pub fn max_queue_size(mut self, bytes: usize) -> Self {
        self.max_queue_size = bytes;
        self
    }

    /// Sets who is told what becomes of the connection. It is called by the client's task, which waits for it: it should only take
    /// note, or send the event on to a channel. Default: nobody; there are `tracing` events all the same.
    pub fn on_event(mut self, listener: impl Fn(ClientEvent) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Arc::new(listener));
        self
    }

    /// Returns the name of the first setting that is out of its range, and what is wrong with it.
    pub(crate) fn mistake(&self) -> Option<(&'static str, &'static str)> {
        if !(self.back_off_factor >= 1.0 && self.back_off_factor.is_finite()) {
            return Some(("retry.back_off_factor", "must be a number of at least 1"));
        }
        if self.max_queue_size == 0 {
            return Some(("retry.max_queue_size", "must be at least 1"));
        }
        let durations = [
            ("retry.interval", self.interval),
            ("retry.max_wait_interval", self.max_wait_interval),
            ("retry.confirm_interval", self.confirm_interval),
        ];
        let (key, _) = durations.into_iter().find(|(_, duration)| duration.is_zero())?;
        Some((key, "must be greater than zero"))
    }

    /// Tells of an event. A listener that panics is not told of it again, but of the next one.
    fn tell(&self, event: ClientEvent) {
        event.log();
        if let Some(listener) = &self.on_event
            && catch_unwind(AssertUnwindSafe(|| listener(event))).is_err()
        {
            log::listener_panicked();
        }
    }
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RetryConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryConfig")
            .field("max_count", &self.max_count)
            .field("interval", &self.interval)
            .field("back_off_factor", &self.back_off_factor)
            .field("max_wait_interval", &self.max_wait_interval)
            .field("max_retry_after", &self.max_retry_after)
            .field("jitter", &self.jitter)
            .field("stable_after", &self.stable_after)
            .field("resend", &self.resend)
            .field("confirm_interval", &self.confirm_interval)
            .field("max_queue_size", &self.max_queue_size)
            .finish_non_exhaustive()
    }
}
