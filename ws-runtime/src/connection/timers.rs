//! The timers of a connection. Each is a time stamp per read, and one timer that is looked at only when it fires.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Fires when nothing came in or went out for a while, again and again.
#[derive(Debug)]
pub(crate) struct IdleTimer {
    timeout: Duration,
    last_read: Instant,
    last_fired: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl IdleTimer {
    pub(crate) fn new(timeout: Duration) -> Self {
        let now = Instant::now();
        Self { timeout, last_read: now, last_fired: now, sleep: Box::pin(sleep_until(deadline(now, timeout))) }
    }

    /// Takes note that something came in.
    pub(crate) fn record_read(&mut self) {
        self.last_read = Instant::now();
    }

    /// Is ready when the connection has been idle for the timeout, counted from the last write too.
    pub(crate) fn poll_idle(&mut self, cx: &mut Context<'_>, last_write: impl Fn() -> Option<Instant>) -> Poll<()> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let last = self.last_read.max(self.last_fired).max(last_write().unwrap_or(self.last_read));
            let now = Instant::now();
            let due = deadline(last, self.timeout);
            if due <= now {
                self.last_fired = now;
                self.sleep.as_mut().reset(deadline(now, self.timeout));
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(due);
        }
    }
}

/// Pings a silent peer, and gives up on one that stays silent.
#[derive(Debug)]
pub(crate) struct KeepAlive {
    interval: Duration,
    timeout: Duration,
    last_read: Instant,
    /// When the ping went out that has not been answered.
    pinged: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
}

/// What is to be done about a silent peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Nothing has come in since the ping: it is gone.
    Dead,
    /// Nothing has come in for a while: it is to be pinged.
    Ping,
}

impl KeepAlive {
    pub(crate) fn new(interval: Duration, timeout: Duration) -> Self {
        let now = Instant::now();
        let sleep = Box::pin(sleep_until(deadline(now, interval)));
        Self { interval, timeout, last_read: now, pinged: None, sleep }
    }

    /// Takes note that something came in, a pong or anything else.
    pub(crate) fn record_read(&mut self) {
        self.last_read = Instant::now();
        self.pinged = None;
    }

    /// Is ready when something is to be done. Only to be asked while the connection reads: a peer that is not listened to is
    /// not silent.
    pub(crate) fn poll_beat(&mut self, cx: &mut Context<'_>) -> Poll<Beat> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let now = Instant::now();
            let due = match self.pinged {
                Some(pinged) => deadline(pinged, self.timeout),
                None => deadline(self.last_read, self.interval),
            };
            if due > now {
                self.sleep.as_mut().reset(due);
                continue;
            }
            if self.pinged.is_some() {
                return Poll::Ready(Beat::Dead);
            }
            self.pinged = Some(now);
            self.sleep.as_mut().reset(deadline(now, self.timeout));
            return Poll::Ready(Beat::Ping);
        }
    }
}

/// Counts what a peer may send only so often in a second. Looks at the clock once in as many.
#[derive(Debug)]
pub(crate) struct ControlRate {
    count: u32,
    /// When the count began.
    since: Instant,
}

impl ControlRate {
    pub(crate) fn new() -> Self {
        Self { count: 0, since: Instant::now() }
    }

    /// Counts one more. Returns whether there have been no more than `limit` in a second.
    pub(crate) fn is_within(&mut self, limit: u32) -> bool {
        self.count += 1;
        if self.count <= limit {
            return true;
        }
        let now = Instant::now();
        let is_within = now - self.since >= Duration::from_secs(1);
        *self = Self { count: 1, since: now };
        is_within
    }
}

/// Returns the end of a wait that may be too long to be a point in time.
pub(crate) fn deadline(start: Instant, timeout: Duration) -> Instant {
    const FAR_AWAY: Duration = Duration::from_hours(30 * 365 * 24);
    start + timeout.min(FAR_AWAY)
}
