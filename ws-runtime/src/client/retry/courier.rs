//! Writes to whatever connection there is, and keeps what waits for the next one.

use std::collections::HashSet;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::outbox::Outgoing;
use crate::caller::shared::{Admission, lock};
use crate::client::requests::RequestId;
use crate::client::retry::RetryConfig;
use crate::client::retry::journal::Journal;
use crate::error::{Error, Result};
use crate::message::Message;

/// The outgoing side of a client that connects again.
#[derive(Debug)]
pub(crate) struct Courier {
    state: Mutex<State>,
    /// Tells everybody who waits for room, or for the end, to look again.
    changed: Notify,
    /// Tells who pings to look again.
    placed: Notify,
    resend: bool,
    confirm_interval: Duration,
    max_queue_size: usize,
}

#[derive(Debug)]
struct State {
    journal: Journal,
    /// The connection of the moment, or the last one.
    caller: Caller,
    response: Arc<Response<()>>,
    is_connected: bool,
    /// There will be no other connection.
    is_stopped: bool,
    /// What the last ping carried.
    ping: u64,
    /// When it went out, or the connection began.
    pinged: Instant,
}

impl Courier {
    pub(crate) fn new(config: &RetryConfig, caller: Caller, response: Arc<Response<()>>) -> Self {
        let state = State {
            journal: Journal::default(),
            caller,
            response,
            is_connected: true,
            is_stopped: false,
            // Nobody can answer a ping that he has not seen.
            ping: getrandom::u64().unwrap_or_default(),
            pinged: Instant::now(),
        };
        Self {
            state: Mutex::new(state),
            changed: Notify::new(),
            placed: Notify::new(),
            resend: config.resend,
            confirm_interval: config.confirm_interval,
            max_queue_size: config.max_queue_size,
        }
    }

    /// Writes a message, or keeps it for the next connection.
    ///
    /// # Errors
    /// [`Error::Full`] and [`Error::Closed`]. Nothing was written then.
    pub(crate) fn try_write(&self, outgoing: Outgoing<'_>, request: Option<RequestId>) -> Result<()> {
        let (opcode, payload) = (outgoing.opcode(), outgoing.payload());
        let mut state = lock(&self.state);
        if state.is_stopped {
            return Err(Error::Closed);
        }
        if opcode.is_control() {
            return Ok(state.caller.shared().push(outgoing, Admission::BelowMark)?);
        }
        if !state.journal.has_room(payload.len(), self.max_queue_size) {
            return Err(Error::Full);
        }
        let due = state.due(self);
        state.journal.push(message(opcode, payload), request);
        state.place();
        if state.due(self) != due {
            self.placed.notify_one();
        }
        Ok(())
    }

    /// Writes a message as soon as there is room for it.
    pub(crate) async fn write(&self, outgoing: Outgoing<'_>, request: Option<RequestId>) -> Result<()> {
        if outgoing.opcode().is_control() {
            return self.caller().shared().push_when_drained(outgoing).await;
        }
        loop {
            let mut changed = pin!(self.changed.notified());
            // Registers before the look, so that room in between is not missed.
            changed.as_mut().enable();
            match self.try_write(outgoing, request) {
                Err(Error::Full) => changed.await,
                result => return result,
            }
        }
    }

    pub(crate) fn caller(&self) -> Caller {
        lock(&self.state).caller.clone()
    }

    pub(crate) fn response(&self) -> Arc<Response<()>> {
        Arc::clone(&lock(&self.state).response)
    }

    /// Returns whether there is a connection, which may be closing.
    pub(crate) fn is_connected(&self) -> bool {
        lock(&self.state).is_connected
    }

    /// Lets nothing be written any more, and makes this connection the last one.
    pub(crate) fn stop(&self) {
        lock(&self.state).is_stopped = true;
        self.changed.notify_waiters();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        lock(&self.state).is_stopped
    }

    /// Resolves when there is to be no other connection.
    pub(crate) async fn stopped(&self) {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if self.is_stopped() {
                return;
            }
            changed.await;
        }
    }

    /// Takes a new connection, and writes what waits.
    pub(super) fn connected(&self, caller: Caller, response: Arc<Response<()>>) {
        let mut state = lock(&self.state);
        state.caller = caller;
        state.response = response;
        state.is_connected = true;
        state.pinged = Instant::now();
        state.place();
        if state.is_stopped {
            // Whoever closed could not close this one.
            state.caller.go_away();
        }
        self.placed.notify_one();
    }

    /// Notes that the connection is lost. Returns what may have arrived and is not sent again.
    pub(super) fn lost(&self) -> Vec<Message> {
        let mut state = lock(&self.state);
        let sent = state.caller.shared().with_outbox(|outbox| {
            if outbox.queued() > 0 {
                // The server closes, and its answer is behind messages that are to go out elsewhere.
                outbox.discard();
            }
            outbox.sent()
        });
        state.is_connected = false;
        let in_doubt = state.journal.lost(sent, self.resend);
        drop(state);
        self.changed.notify_waiters();
        in_doubt
    }

    /// Takes what is left, at the end.
    pub(super) fn give_up(&self) -> Vec<Message> {
        self.stop();
        lock(&self.state).journal.clear()
    }

    /// Returns the requests that have not been sent, or are to be sent again.
    pub(super) fn requests(&self) -> HashSet<RequestId> {
        lock(&self.state).journal.requests()
    }

    /// Takes a request back that nobody waits for any more, unless it is on its way.
    pub(crate) fn withdraw(&self, request: RequestId) {
        lock(&self.state).journal.withdraw(request);
        self.changed.notify_waiters();
    }

    /// Takes note of a pong. Returns whether it answers one of our pings.
    pub(crate) fn takes_pong(&self, payload: &[u8]) -> bool {
        let mut state = lock(&self.state);
        if payload != state.ping.to_be_bytes() {
            return false;
        }
        state.journal.arrived();
        drop(state);
        self.placed.notify_one();
        self.changed.notify_waiters();
        true
    }

    /// Pings the server behind what has been written, again and again, until dropped.
    pub(super) async fn ask_what_has_arrived(&self) -> Infallible {
        loop {
            let due = lock(&self.state).due(self);
            let is_due = match due {
                None => {
                    self.placed.notified().await;
                    false
                }
                Some(due) => timeout_at(due, self.placed.notified()).await.is_err(),
            };
            if is_due {
                lock(&self.state).ping();
            }
        }
    }
}

impl State {
    /// Writes what waits to the connection, if there is one.
    fn place(&mut self) {
        while let Some(message) = self.journal.waiting().filter(|_| self.is_connected) {
            let outgoing = Outgoing::Payload(message.opcode(), message.as_bytes());
            // Fails when the connection is closing or broken: then there will be another one, or none at all.
            let Ok(start) = self.caller.shared().push_noting(outgoing) else { return };
            self.journal.place(start);
        }
    }

    /// Returns when the server is to be pinged.
    fn due(&self, courier: &Courier) -> Option<Instant> {
        let is_half_full = self.journal.size() > courier.max_queue_size / 2;
        let interval = if is_half_full { courier.confirm_interval.min(PACE) } else { courier.confirm_interval };
        (self.is_connected && self.journal.wants_ping()).then(|| self.pinged + interval)
    }

    fn ping(&mut self) {
        self.ping = self.ping.wrapping_add(1);
        let payload = self.ping.to_be_bytes();
        if self.caller.shared().push(Outgoing::Payload(Opcode::Ping, &payload), Admission::Always).is_ok() {
            self.journal.pinged();
        }
        self.pinged = Instant::now();
    }
}

/// Copies a message that is to be kept.
fn message(opcode: Opcode, payload: &[u8]) -> Message {
    match opcode {
        Opcode::Text => Message::Text(String::from_utf8(payload.to_vec()).expect("text is written as UTF-8")),
        _ => Message::Binary(Bytes::copy_from_slice(payload)),
    }
}

/// The least time between two pings: a server may allow only so many in a second.
const PACE: Duration = Duration::from_millis(10);
