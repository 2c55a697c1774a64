//! What a connection may hold and how long it may wait: said once for all connections of a service.

use std::sync::Arc;
use std::time::Duration;

use ws_core::close::{CloseCode, CloseFrame};
use ws_core::protocol::Limits;

use crate::error::ConfigError;
use crate::metrics::Metrics;
use crate::traffic;

/// The settings of a service and of its listener, as far as its connections need them.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) idle_timeout: Option<Duration>,
    /// `None` waits for ever.
    pub(crate) closure_timeout: Option<Duration>,
    pub(crate) ping_interval: Option<Duration>,
    pub(crate) pong_timeout: Duration,
    /// The service has an `on_ping`, so that pings wait for their turn.
    pub(crate) service_answers_pings: bool,
    /// `max_frame_size` also for what goes out.
    pub(crate) limits: Arc<Limits>,
    pub(crate) bounds: Bounds,
    pub(crate) metrics: Metrics,
}

/// What the listener allows every connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes that wait to be written, before writers wait too.
    pub(crate) high_water_mark: usize,
    /// Bytes that still wait to be written when writers go on; `None` is a quarter of the high-water mark.
    pub(crate) low_water_mark: Option<usize>,
    /// Bytes that are read while a callback runs.
    pub(crate) read_ahead_limit: usize,
    /// Frames of one message.
    pub(crate) max_fragments: u32,
    /// In a second.
    pub(crate) max_control_frames: u32,
    /// Streamed replies that run at once.
    pub(crate) max_streams: usize,
    pub(crate) slow_receivers: SlowReceivers,
    /// Bytes of each payload that the target `websocket::traffic` shows.
    pub(crate) traffic_payload_limit: usize,
}

/// What becomes of a connection whose peer reads more slowly than it is written to: its outgoing buffer is over
/// [`Listener::high_water_mark`](crate::Listener::high_water_mark).
///
/// The default is [`Wait`](Self::Wait): nothing is lost, and who writes goes at the receiver's pace. A service that sends the same
/// to many receivers chooses one of the others, so that a slow one does not hold up the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlowReceivers {
    /// Closes the connection when its buffer has stayed above the low-water mark for a while after it rose over the high-water
    /// mark. Until then it is as with [`Wait`](Self::Wait).
    Disconnect {
        /// How long the receiver has to catch up; greater than zero.
        after: Duration,
        /// The code of the close frame: [`CloseCode::TRY_AGAIN_LATER`] or [`CloseCode::POLICY_VIOLATION`], or any other that may be
        /// sent.
        code: CloseCode,
    },
    /// Throws away what callbacks and tasks write to the connection while its buffer is over the mark: the `write_*` methods neither
    /// wait nor fail, and [`Caller::dropped_messages`](crate::Caller::dropped_messages) counts what they threw away. The
    /// `try_write_*` methods say [`Error::Full`](crate::Error::Full) as always, and what a callback returns is never thrown away.
    DropNewest,
    /// Lets the `write_*` methods wait.
    #[default]
    Wait,
}

impl SlowReceivers {
    /// Closes the connection with 1013 (try again later) when it has not caught up after this time.
    #[must_use]
    pub const fn disconnect(after: Duration) -> Self {
        Self::Disconnect { after, code: CloseCode::TRY_AGAIN_LATER }
    }

    fn mistake(self) -> Option<&'static str> {
        match self {
            Self::Disconnect { after: Duration::ZERO, .. } => Some("must be greater than zero"),
            Self::Disconnect { code, .. } if CloseFrame::new(code.as_u16(), "").is_err() => {
                Some("must have a code that may be sent")
            }
            Self::Disconnect { .. } | Self::DropNewest | Self::Wait => None,
        }
    }
}

impl Bounds {
    /// The documented defaults.
    pub(crate) const fn new() -> Self {
        Self {
            high_water_mark: 64 * 1024,
            low_water_mark: None,
            read_ahead_limit: 64 * 1024,
            max_fragments: 65_536,
            max_control_frames: 1000,
            max_streams: 1000,
            slow_receivers: SlowReceivers::Wait,
            traffic_payload_limit: traffic::DEFAULT_LIMIT,
        }
    }

    pub(crate) fn low_water_mark(&self) -> usize {
        self.low_water_mark.unwrap_or(self.high_water_mark / 4)
    }

    pub(crate) fn limits(&self, max_frame_size: usize, max_message_size: usize) -> Arc<Limits> {
        Arc::new(Limits { max_frame_size, max_message_size, max_fragments: self.max_fragments })
    }

    /// # Errors
    /// The first setting that is out of its range.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let mistake = if self.low_water_mark() > self.high_water_mark {
            Some(("low_water_mark", "must not be greater than the high-water mark"))
        } else if self.max_fragments == 0 {
            Some(("max_fragments", "must be at least 1"))
        } else if self.max_control_frames == 0 {
            Some(("max_control_frames", "must be at least 1"))
        } else if self.max_streams == 0 {
            Some(("max_streams", "must be at least 1"))
        } else {
            self.slow_receivers.mistake().map(|reason| ("slow_receivers", reason))
        };
        mistake.map_or(Ok(()), |(key, reason)| Err(ConfigError::Listener { key, reason }))
    }
}
