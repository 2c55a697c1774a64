//! What is logged: every event of `docs/observability.md`, and nothing else.
//!
//! What a peer can cause as often as it likes is [`Level::DEBUG`](tracing::Level::DEBUG), so that nobody fills the log from outside;
//! what is a mistake of the service or a need of the machine is [`Level::ERROR`](tracing::Level::ERROR). Nothing that a peer has sent is
//! in an event; [`traffic`](crate::traffic) has it.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http::StatusCode;
use tracing::{debug, error};
use ws_core::close::CloseCode;
use ws_core::error::ProtocolError;

#[cfg(feature = "client")]
use crate::error::ConnectError;
use crate::error::{BindingError, BoxError, Error, ValidationError};
use crate::labels::{ErrorKind, Outcome};

/// The target of the span of a connection, and of what happens on it.
pub(crate) const CONNECTION: &str = "websocket::connection";
/// The target of what happens to the socket of a listener.
const LISTENER: &str = "websocket::listener";
/// The target of what a client does to be connected.
#[cfg(feature = "client")]
const CLIENT: &str = "websocket::client";
/// The target of what becomes of requests.
const UPGRADE: &str = "websocket::upgrade";

/// The 101 is written.
pub(crate) fn opened(connection: impl fmt::Display) {
    debug!(target: CONNECTION, %connection, "connection opened");
}

/// The last callback has run.
pub(crate) fn closed(
    connection: impl fmt::Display,
    outcome: Outcome,
    status: CloseCode,
    duration: Option<Duration>,
    dropped_messages: u64,
) {
    let (outcome, status) = (outcome.as_str(), status.as_u16());
    let duration_ms = duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    debug!(target: CONNECTION, %connection, outcome, status, duration_ms, dropped_messages, "connection closed");
}

/// No callback takes a message.
#[cold]
pub(crate) fn message_ignored(connection: impl fmt::Display, kind: &'static str) {
    debug!(target: CONNECTION, %connection, kind, "message ignored");
}

/// The outgoing buffer has risen over the high-water mark.
pub(crate) fn receiver_slow(connection: impl fmt::Display, queued_bytes: usize) {
    debug!(target: CONNECTION, %connection, queued_bytes, "receiver is slow");
}

/// The outgoing buffer has drained to the low-water mark.
pub(crate) fn receiver_caught_up(connection: impl fmt::Display, dropped_messages: u64) {
    debug!(target: CONNECTION, %connection, dropped_messages, "receiver caught up");
}

/// The peer has been too slow for too long.
pub(crate) fn receiver_disconnected(connection: impl fmt::Display, status: CloseCode) {
    debug!(target: CONNECTION, %connection, status = status.as_u16(), "slow receiver disconnected");
}

/// The peer did not answer a ping in time.
pub(crate) fn peer_silent(connection: impl fmt::Display) {
    debug!(target: CONNECTION, %connection, "peer did not answer a ping in time");
}

/// A callback returned something after the close frame.
#[cold]
pub(crate) fn reply_dropped(connection: impl fmt::Display) {
    debug!(target: CONNECTION, %connection, "reply dropped: the connection is closing");
}

/// The peer broke the protocol.
pub(crate) fn protocol_broken(connection: impl fmt::Display, error: ProtocolError) {
    debug!(target: CONNECTION, %connection, %error, status = error.close_code().as_u16(), "peer broke the protocol");
}

/// The stream broke.
pub(crate) fn connection_broken(connection: impl fmt::Display, error: &io::Error) {
    debug!(target: CONNECTION, %connection, %error, "connection broke");
}

/// A callback failed, and neither its error callback nor `on_error` is there.
pub(crate) fn error_unhandled(connection: impl fmt::Display, service: &'static str, error: &Error) {
    let (kind, error) = (ErrorKind::of(error), Report(error));
    let label = kind.as_str();
    if kind.is_the_peers() {
        debug!(target: CONNECTION, %connection, service, kind = label, %error, "no callback handles an error");
    } else {
        error!(target: CONNECTION, %connection, service, kind = label, %error, "no callback handles an error");
    }
}

/// A callback failed that is not told of its own error: an error callback, or `on_close`.
pub(crate) fn callback_failed(
    connection: impl fmt::Display,
    service: &'static str,
    callback: &'static str,
    error: &Error,
) {
    let (kind, error) = (ErrorKind::of(error).as_str(), Report(error));
    error!(target: CONNECTION, %connection, service, callback, kind, %error, "callback failed");
}

/// A callback panicked, or something of the user's when it was dropped.
pub(crate) fn panicked(connection: impl fmt::Display, service: &'static str, what: &'static str) {
    error!(target: CONNECTION, %connection, service, what, "code of the service panicked");
}

/// A request was answered by the router itself, with an error. The path is that of the service.
pub(crate) fn request_refused(
    path: Option<&'static str>,
    peer: Option<SocketAddr>,
    status: StatusCode,
    reason: impl fmt::Display,
) {
    let (peer, status) = (peer.map(tracing::field::display), status.as_u16());
    debug!(target: UPGRADE, path, peer, status, %reason, "request refused");
}

/// Somebody is not let in. The subject is whom they claim to be.
pub(crate) fn authentication_failed(
    path: Option<&'static str>,
    peer: Option<SocketAddr>,
    status: StatusCode,
    subject: Option<&str>,
    reason: impl fmt::Display,
) {
    let (peer, status) = (peer.map(tracing::field::display), status.as_u16());
    debug!(target: UPGRADE, path, peer, status, subject, %reason, "authentication failed");
}

/// A rule for who may connect panicked, or took too long.
pub(crate) fn authentication_broke(path: &'static str, reason: &'static str) {
    error!(target: UPGRADE, path, reason, "authentication broke");
}

/// The file of users has changed, and is wrong.
#[cfg(feature = "passwords")]
pub(crate) fn users_unreadable(path: &std::path::Path, error: &BoxError) {
    error!(target: UPGRADE, file = %path.display(), %error, "users could not be read: they stay as they were");
}

/// The url of an issuer does not give its keys.
#[cfg(feature = "jwks")]
pub(crate) fn keys_not_fetched(url: &str, error: &BoxError) {
    error!(target: UPGRADE, url, %error, "keys of an issuer could not be fetched");
}

/// An issuer does not say whether a token is active.
#[cfg(feature = "introspection")]
pub(crate) fn introspection_failed(url: &str, error: &str) {
    error!(target: UPGRADE, url, error, "tokens cannot be introspected");
}

/// An upgrade function panicked, or took too long.
pub(crate) fn upgrade_failed(path: &'static str, service: &'static str, reason: &'static str) {
    error!(target: UPGRADE, path, service, reason, "upgrade function failed");
}

/// The operating system has no random numbers.
pub(crate) fn no_randomness() {
    error!(target: UPGRADE, "the operating system has no random numbers for a connection id");
}

/// The 101 could not be written.
pub(crate) fn upgrade_lost(path: &'static str, service: &'static str, error: &hyper::Error) {
    debug!(target: UPGRADE, path, service, %error, "accepted upgrade came to nothing");
}

/// The fallback returned an error instead of a response.
pub(crate) fn fallback_failed(error: &BoxError) {
    error!(target: UPGRADE, error = %Report(&**error), "the fallback failed");
}

/// A TCP connection could not be accepted.
pub(crate) fn accept_failed(error: &io::Error) {
    error!(target: LISTENER, %error, "a connection could not be accepted");
}

/// A TCP connection was refused before it could ask for anything, with an answer if there was room for that.
pub(crate) fn connection_refused(peer: SocketAddr, status: StatusCode, is_answered: bool) {
    debug!(target: LISTENER, %peer, status = status.as_u16(), is_answered, "connection refused");
}

/// A TLS handshake failed, or took too long.
#[cfg(feature = "rustls")]
pub(crate) fn tls_failed(peer: SocketAddr, error: impl fmt::Display) {
    debug!(target: LISTENER, %peer, %error, "TLS handshake failed");
}

/// An HTTP connection broke, or what came in was not HTTP.
pub(crate) fn http_broken(peer: SocketAddr, error: &hyper::Error) {
    debug!(target: LISTENER, %peer, error = %Report(error), "HTTP connection broke");
}

/// Connections are left when the server has waited long enough.
pub(crate) fn not_aborted() {
    error!(target: LISTENER, "a callback blocks its thread: not every connection could be broken off");
}

/// A socket option could not be set.
pub(crate) fn option_refused(option: &'static str, error: &io::Error) {
    debug!(target: CONNECTION, option, %error, "socket option could not be set");
}

/// A client that connects again begins to connect.
#[cfg(feature = "client")]
pub(crate) fn client_connecting(attempt: u32) {
    debug!(target: CLIENT, attempt, "client connects");
}

/// A client that connects again could not connect.
#[cfg(feature = "client")]
pub(crate) fn client_failed(error: &ConnectError) {
    // What whoever gives out credentials has answered stays out of it.
    let error: &dyn fmt::Display = match error {
        ConnectError::Credentials(error) => error,
        error => &Report(error),
    };
    debug!(target: CLIENT, %error, "client could not connect");
}

/// The connection of a client that connects again has ended, and the client has not closed it.
#[cfg(feature = "client")]
pub(crate) fn client_lost(status: CloseCode, in_doubt: usize) {
    debug!(target: CLIENT, status = status.as_u16(), in_doubt, "client lost its connection");
}

/// A client waits before it connects again.
#[cfg(feature = "client")]
pub(crate) fn client_waits(duration: Duration) {
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    debug!(target: CLIENT, duration_ms, "client waits");
}

/// A client does not connect again.
#[cfg(feature = "client")]
pub(crate) fn client_gave_up(unsent: usize) {
    debug!(target: CLIENT, unsent, "client gave up");
}

/// Whoever listens to the events of a client has panicked.
#[cfg(feature = "client")]
pub(crate) fn listener_panicked() {
    error!(target: CLIENT, "listener for the events of a client panicked");
}

/// Nobody waits for this answer any more.
#[cfg(feature = "client")]
pub(crate) fn answer_late(connection: impl fmt::Display) {
    debug!(target: CLIENT, %connection, "answer came too late");
}

/// An error with its causes, without what it quotes of a message.
struct Report<'e>(&'e (dyn StdError + 'static));

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut error = self.0;
        write_without_causes(error, f)?;
        while let Some(source) = error.source() {
            f.write_str(": ")?;
            write_without_causes(source, f)?;
            error = source;
        }
        Ok(())
    }
}

/// Serde's errors quote the value that does not fit, and the names of fields that it does not know; those of a validation may.
fn write_without_causes(error: &(dyn StdError + 'static), f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(error) = error.downcast_ref::<Error>() {
        return match error {
            Error::Binding(_) => f.write_str("data binding failed"),
            Error::Validation(_) => f.write_str("data validation failed"),
            Error::Callback(error) => write_without_causes(&**error, f),
            error => write!(f, "{error}"),
        };
    }
    if let Some(BindingError::Json { .. }) = error.downcast_ref() {
        return f.write_str("message is not JSON of the expected type");
    }
    if let Some(ValidationError { .. }) = error.downcast_ref() {
        return f.write_str("message is not valid");
    }
    match error.downcast_ref::<serde_json::Error>() {
        // One without a line is about a value that was to be written.
        Some(error) if error.line() > 0 => {
            write!(f, "{:?} error in JSON at line {} column {}", error.classify(), error.line(), error.column())
        }
        _ => write!(f, "{error}"),
    }
}
