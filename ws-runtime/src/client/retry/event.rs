//! What becomes of the connection of a client that connects again.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use ws_core::close::CloseCode;

use crate::caller::ConnectionId;
use crate::client::ending::{Ended, copy};
use crate::error::{ConnectError, Error};
use crate::log;
use crate::message::Message;

/// What becomes of the connection of a client with a [`RetryConfig`](crate::RetryConfig).
///
/// ```text
///   Connecting ──┬─▶ Open ──▶ Lost ──┬─▶ Waiting ──▶ Connecting …
///                │          │        └─▶ GaveUp
///                │          └─▶ Closed
///                └─▶ Failed ──▶ Waiting, GaveUp
/// ```
///
/// The last event is [`Closed`](Self::Closed) or [`GaveUp`](Self::GaveUp).
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientEvent {
    /// The client begins to connect.
    Connecting {
        /// 1 for the first attempt, and for the first one after a connection that was stable.
        attempt: u32,
    },
    /// The client is connected.
    Open {
        /// The new connection.
        connection: ConnectionId,
    },
    /// The client has closed its connection, and the server has answered: everything that was written has arrived.
    Closed {
        /// What the server answered.
        code: CloseCode,
    },
    /// The client could not connect.
    Failed {
        /// Why.
        error: ConnectError,
    },
    /// The connection has ended, and not because the client closed it.
    Lost {
        /// How.
        cause: LossCause,
        /// The messages that may have arrived, in the order in which they were written. None with
        /// [`RetryConfig::resend`](crate::RetryConfig::resend), which sends them again.
        in_doubt: Vec<Message>,
    },
    /// The client waits before it connects again.
    Waiting {
        /// How long.
        duration: Duration,
    },
    /// The client does not connect again: as often as it may it has, or the last failure is final, or it was closed meanwhile.
    GaveUp {
        /// The messages that were never sent, in the order in which they were written.
        unsent: Vec<Message>,
    },
}

/// How a connection was lost.
#[derive(Debug)]
#[non_exhaustive]
pub enum LossCause {
    /// It broke, ended without a close frame, or was closed because of what the server sent.
    Broken(Error),
    /// The server closed it, and said this.
    Closed(CloseCode, String),
}

impl LossCause {
    pub(crate) fn of(ended: &Ended) -> Self {
        match &ended.error {
            Some(error) => Self::Broken(copy(error)),
            None if ended.code == CloseCode::ABNORMAL => Self::Broken(Error::CloseTimeout),
            None => Self::Closed(ended.code, ended.reason.clone()),
        }
    }

    fn status(&self) -> CloseCode {
        match self {
            Self::Broken(_) => CloseCode::ABNORMAL,
            Self::Closed(code, _) => *code,
        }
    }

    /// Returns whether it is worth connecting again, as [`RetryConfig`](crate::RetryConfig) says.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Broken(error) => matches!(error, Error::Io(_)),
            Self::Closed(code, _) => {
                [CloseCode::GOING_AWAY, CloseCode::SERVICE_RESTART, CloseCode::TRY_AGAIN_LATER].contains(code)
            }
        }
    }
}

impl ClientEvent {
    /// Logs the event, without what the server said. The connection itself logs that it is open, and that it has ended.
    pub(super) fn log(&self) {
        match self {
            Self::Connecting { attempt } => log::client_connecting(*attempt),
            Self::Failed { error } => log::client_failed(error),
            Self::Lost { cause, in_doubt } => log::client_lost(cause.status(), in_doubt.len()),
            Self::Waiting { duration } => log::client_waits(*duration),
            Self::GaveUp { unsent } => log::client_gave_up(unsent.len()),
            Self::Closed { .. } | Self::Open { .. } => {}
        }
    }
}

impl fmt::Display for ClientEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting { attempt } => write!(f, "connecting, attempt {attempt}"),
            Self::Open { connection } => write!(f, "connected as {connection}"),
            Self::Closed { code } => write!(f, "connection closed, server answered {}", code.as_u16()),
            Self::Failed { error } => {
                write!(f, "could not connect: {error}")?;
                let mut source = error.source();
                while let Some(cause) = source {
                    write!(f, ": {cause}")?;
                    source = cause.source();
                }
                Ok(())
            }
            Self::Lost { cause, in_doubt } if in_doubt.is_empty() => write!(f, "connection lost: {cause}"),
            Self::Lost { cause, in_doubt } => {
                write!(f, "connection lost: {cause}; messages that may have arrived: {}", in_doubt.len())
            }
            Self::Waiting { duration } => write!(f, "connecting again in {:.1} s", duration.as_secs_f64()),
            Self::GaveUp { unsent } if unsent.is_empty() => f.write_str("not connecting again"),
            Self::GaveUp { unsent } => {
                write!(f, "not connecting again; messages that were never sent: {}", unsent.len())
            }
        }
    }
}

impl fmt::Display for LossCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(code, reason) if reason.is_empty() => write!(f, "server closed with {}", code.as_u16()),
            Self::Closed(code, reason) => write!(f, "server closed with {}: {reason}", code.as_u16()),
            Self::Broken(Error::Io(error)) => write!(f, "{error}"),
            Self::Broken(error) => write!(f, "{error}"),
        }
    }
}
