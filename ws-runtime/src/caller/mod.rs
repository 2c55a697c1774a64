//! The handle on one connection.

pub(crate) mod login;
mod masking;
pub(crate) mod outbox;
mod queue;
pub(crate) mod shared;
pub(crate) mod turn;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;
use ws_core::close::CloseFrame;
use ws_core::opcode::Opcode;

use crate::caller::outbox::Outgoing;
use crate::caller::shared::{Admission, Phase, Shared, lock};
use crate::error::{AuthError, Error, Result};
use crate::identity::Identity;
use crate::message::Message;
use crate::prepared::Prepared;
use crate::tls_info::TlsInfo;

/// The peer at the other end of one connection: writes to it, closes it, and tells about it.
///
/// Cheap to clone, usable from any task, for as long as anyone likes: after the end of the connection every write is
/// [`Error::Closed`]. Each message is whole on the wire, however many tasks write, and everything written before a close frame
/// arrives before it.
///
/// The `write_*` methods wait while the connection's outgoing buffer is above its high-water mark
/// ([`Listener::high_water_mark`](crate::Listener::high_water_mark)); the `try_write_*` methods never wait. A write that
/// succeeds is queued. It leaves at once, or, if a callback makes it, when that callback waits or the messages of its read are
/// handled: everything that goes to one connection until then leaves in one write.
#[derive(Clone)]
pub struct Caller {
    shared: Arc<Shared>,
}

/// Identifies a connection: 128 random bits, so that nobody can guess the one of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId([u8; 16]);

impl Caller {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Writes a text message.
    ///
    /// # Errors
    /// [`Error::Closed`] when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_text(&self, text: impl AsRef<str>) -> Result<()> {
        self.shared.push_when_drained(Outgoing::Payload(Opcode::Text, text.as_ref().as_bytes())).await
    }

    /// Writes a binary message.
    ///
    /// # Errors
    /// [`Error::Closed`] when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.shared.push_when_drained(Outgoing::Payload(Opcode::Binary, data.as_ref())).await
    }

    /// Writes a value as a text message in JSON.
    ///
    /// # Errors
    /// [`Error::Serialize`] when the value cannot be JSON, [`Error::Closed`] when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        let json = serde_json::to_vec(value)?;
        self.shared.push_when_drained(Outgoing::Payload(Opcode::Text, &json)).await
    }

    /// Writes a [`Message`].
    ///
    /// # Errors
    /// [`Error::Closed`] when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write(&self, message: Message) -> Result<()> {
        self.shared.push_when_drained(Outgoing::Payload(message.opcode(), message.as_bytes())).await
    }

    /// Writes a message that was prepared for many receivers.
    ///
    /// # Errors
    /// [`Error::Closed`] when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_prepared(&self, message: &Prepared) -> Result<()> {
        self.shared.push_when_drained(Outgoing::Prepared(message)).await
    }

    /// Writes a text message, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`] above the high-water mark, [`Error::Closed`] when the connection is closing or gone.
    pub fn try_write_text(&self, text: impl AsRef<str>) -> Result<()> {
        Ok(self.shared.push_payload(Opcode::Text, text.as_ref().as_bytes(), Admission::BelowMark)?)
    }

    /// Writes a binary message, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`] above the high-water mark, [`Error::Closed`] when the connection is closing or gone.
    pub fn try_write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        Ok(self.shared.push_payload(Opcode::Binary, data.as_ref(), Admission::BelowMark)?)
    }

    /// Writes a value as a text message in JSON, without waiting.
    ///
    /// # Errors
    /// [`Error::Serialize`] when the value cannot be JSON, [`Error::Full`] above the high-water mark, [`Error::Closed`] when
    /// the connection is closing or gone.
    pub fn try_write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        let json = serde_json::to_vec(value)?;
        Ok(self.shared.push_payload(Opcode::Text, &json, Admission::BelowMark)?)
    }

    /// Writes a [`Message`], without waiting.
    ///
    /// # Errors
    /// [`Error::Full`] above the high-water mark, [`Error::Closed`] when the connection is closing or gone.
    pub fn try_write(&self, message: &Message) -> Result<()> {
        Ok(self.shared.push_payload(message.opcode(), message.as_bytes(), Admission::BelowMark)?)
    }

    /// Writes a message that was prepared for many receivers, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`] above the high-water mark, [`Error::Closed`] when the connection is closing or gone.
    pub fn try_write_prepared(&self, message: &Prepared) -> Result<()> {
        Ok(self.shared.push(Outgoing::Prepared(message), Admission::BelowMark)?)
    }

    /// Writes a ping of at most 125 bytes ([RFC 6455 §5.5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2)).
    ///
    /// # Errors
    /// [`Error::ControlTooLong`] over 125 bytes, [`Error::Closed`] when the connection is closing or gone.
    pub async fn ping(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.shared.push_when_drained(Outgoing::Payload(Opcode::Ping, data.as_ref())).await
    }

    /// Writes a pong of at most 125 bytes ([RFC 6455 §5.5.3](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3)).
    ///
    /// # Errors
    /// [`Error::ControlTooLong`] over 125 bytes, [`Error::Closed`] when the connection is closing or gone.
    pub async fn pong(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.shared.push_when_drained(Outgoing::Payload(Opcode::Pong, data.as_ref())).await
    }

    /// Closes the connection: everything written so far, then the close frame, goes out, and nothing after it. Resolves when
    /// the peer has answered, or is gone, or `connection_closure_timeout` of the service has passed. Messages that the peer
    /// sends in the meantime are thrown away.
    ///
    /// When the connection is already closing, this waits for the end of that.
    ///
    /// # Errors
    /// [`Error::CloseTimeout`] when the peer did not answer in time; the connection is gone nevertheless.
    ///
    /// # Cancel safety
    /// The connection closes even if the future is dropped after its first poll.
    pub async fn close(&self, frame: CloseFrame) -> Result<()> {
        self.start_close(&frame);
        self.shared.ended().await;
        match self.shared.phase() {
            Phase::TimedOut => Err(Error::CloseTimeout),
            _ => Ok(()),
        }
    }

    /// Resolves when the connection has ended, whatever ended it; at once when it has ended already. A callback that waits for it
    /// hears of it as soon as the peer's close frame or the end of the stream has come in, while messages that came before are
    /// still to be handled.
    pub async fn closed(&self) {
        self.shared.ended_or_left().await;
    }

    /// Returns what identifies the connection.
    #[must_use]
    pub fn connection_id(&self) -> ConnectionId {
        self.shared.id
    }

    /// Returns the negotiated subprotocol, one of the service's or the client's `subprotocols`
    /// ([RFC 6455 §1.9](https://www.rfc-editor.org/rfc/rfc6455#section-1.9)).
    #[must_use]
    pub fn subprotocol(&self) -> Option<&str> {
        self.shared.subprotocol.as_deref()
    }

    /// Returns whether messages can still be written: no close frame has been sent or received, and the socket is not known
    /// to be broken.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.shared.phase() == Phase::Open
            && !self.shared.is_peer_leaving()
            && !self.shared.with_outbox(|outbox| outbox.is_broken())
    }

    /// Returns whether the connection runs over TLS, which ends in this process or, at a server, in a
    /// [trusted proxy](crate::TrustedProxies).
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.shared.is_secure
    }

    /// Returns the TLS of the connection: its version, and the certificate that the peer showed, for instance. `None` for a plain
    /// connection, and where the TLS does not end in this process. Behind a trusted proxy, it is that of the proxy.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.shared.tls.as_deref()
    }

    /// Returns who is at the other end, as the rules of the service or of the listener found out ([`Auth`](crate::Auth)). `None` where
    /// there are none.
    #[must_use]
    pub fn identity(&self) -> Option<Arc<Identity>> {
        self.shared.login.as_ref().map(|login| login.identity())
    }

    /// Takes a new token of the same person, before the last one ends: the connection stays open until this one ends.
    ///
    /// The token may come in a message; the rules that let the connection in are asked.
    ///
    /// # Errors
    /// What is wrong with the token. [`AuthError::Invalid`] also if it is somebody else's, and [`AuthError::Missing`] if the service has no rules.
    /// The connection stays as it was.
    pub async fn reauthenticate(&self, token: &str) -> Result<(), AuthError> {
        let login = self.shared.login.as_ref().ok_or(AuthError::Missing)?;
        login.renew(token, self.remote_addr(), self.tls()).await
    }

    /// Returns the address of the peer, where it is known: a client does not know it behind a proxy.
    #[must_use]
    pub fn remote_addr(&self) -> Option<SocketAddr> {
        self.shared.remote_addr
    }

    /// Returns how many messages were thrown away because the peer reads too slowly
    /// ([`SlowReceivers::DropNewest`](crate::SlowReceivers::DropNewest)).
    #[must_use]
    pub fn dropped_messages(&self) -> u64 {
        self.shared.dropped()
    }

    /// Keeps a value with the connection, one of each type. Returns the value that it replaces.
    pub fn set_attribute<T: Clone + Send + Sync + 'static>(&self, value: T) -> Option<T> {
        lock(&self.shared.attributes).insert(value)
    }

    /// Returns a copy of the value of this type that is kept with the connection.
    #[must_use]
    pub fn attribute<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        lock(&self.shared.attributes).get().cloned()
    }

    /// Takes away the value of this type that is kept with the connection.
    #[expect(clippy::must_use_candidate, reason = "taking the value away is the point")]
    pub fn remove_attribute<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        lock(&self.shared.attributes).remove()
    }

    /// Closes the connection because its server stops.
    pub(crate) fn go_away(&self) {
        self.start_close(&CloseFrame::going_away());
    }

    pub(crate) fn start_close(&self, frame: &CloseFrame) {
        self.shared.start_close(Some(frame));
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("connection_id", &self.shared.id)
            .field("remote_addr", &self.shared.remote_addr)
            .field("phase", &self.shared.phase())
            .finish_non_exhaustive()
    }
}

impl ConnectionId {
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
