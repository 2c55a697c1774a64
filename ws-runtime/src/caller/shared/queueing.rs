//! How a message gets into the outbox, and when there is no room.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ws_core::frame::MAX_CONTROL_PAYLOAD;
use ws_core::opcode::Opcode;

use crate::caller::outbox::{Outbox, Outgoing};
use crate::caller::shared::{Shared, lock};
use crate::caller::turn;
use crate::error::{Error, Result};
use crate::terms::SlowReceivers;
use crate::traffic::{self, Direction};

/// Who asks for room in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Everybody else's messages: only below the high-water mark.
    BelowMark,
    /// The connection's own replies and control frames: the driver holds the next callback back instead.
    Always,
}

/// Why something was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Closed,
    Full,
    /// A control frame; bytes.
    TooLong {
        length: usize,
    },
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => Self::Closed,
            Refusal::Full => Self::Full,
            Refusal::TooLong { length } => Self::ControlTooLong { length },
        }
    }
}

impl Shared {
    /// Queues a whole message or a control frame.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[inline]
    pub(crate) fn push_payload(
        self: &Arc<Self>,
        opcode: Opcode,
        payload: &[u8],
        admission: Admission,
    ) -> Result<(), Refusal> {
        self.push(Outgoing::Payload(opcode, payload), admission)
    }

    /// Queues something.
    ///
    /// # Errors
    /// Nothing was queued then. [`Refusal::Full`] only below the mark.
    #[inline]
    pub(crate) fn push(self: &Arc<Self>, outgoing: Outgoing<'_>, admission: Admission) -> Result<(), Refusal> {
        if traffic::is_on() { self.push_shown(outgoing, admission) } else { self.enqueue(outgoing, admission) }
    }

    #[cold]
    fn push_shown(self: &Arc<Self>, outgoing: Outgoing<'_>, admission: Admission) -> Result<(), Refusal> {
        self.enqueue(outgoing, admission)?;
        // Without the lock: who listens may write to the connection.
        self.tap().message(Direction::Out, outgoing.opcode(), outgoing.payload());
        Ok(())
    }

    fn enqueue(self: &Arc<Self>, outgoing: Outgoing<'_>, admission: Admission) -> Result<(), Refusal> {
        if let Outgoing::Payload(opcode, payload) = outgoing
            && payload.len() > MAX_CONTROL_PAYLOAD
            && opcode.is_control()
        {
            return Err(Refusal::TooLong { length: payload.len() });
        }
        let mut outbox = lock(&self.outbox);
        if !self.is_open() || outbox.is_broken() {
            return Err(Refusal::Closed);
        }
        if admission == Admission::BelowMark
            && outbox.queued() > self.terms.bounds.high_water_mark
            && !self.make_room(&mut outbox)
        {
            self.unlock_outbox(outbox);
            return Err(Refusal::Full);
        }
        outbox.push(outgoing);
        #[cfg(feature = "client")]
        if admission == Admission::Always {
            outbox.note_reply(outgoing.payload().len());
        }
        self.terms.metrics.sent(outgoing.opcode(), outgoing.payload().len());
        if self.is_corked() {
            // The driver looks at the rest when it uncorks.
            self.queued.store(outbox.queued(), Ordering::Relaxed);
            return Ok(());
        }
        if turn::is_running() {
            let is_new_receiver = outbox.defer();
            self.unlock_outbox(outbox);
            if is_new_receiver {
                turn::add(self);
            }
            return Ok(());
        }
        outbox.flush();
        self.unlock_outbox(outbox);
        Ok(())
    }

    /// Queues a message, however much waits. Returns how many bytes the socket will have taken when its first one goes out.
    ///
    /// # Errors
    /// [`Refusal::Closed`]. Nothing was queued then.
    #[cfg(feature = "client")]
    pub(crate) fn push_noting(&self, outgoing: Outgoing<'_>) -> Result<u64, Refusal> {
        let start = self.with_outbox(|outbox| {
            if !self.is_open() || outbox.is_broken() {
                return Err(Refusal::Closed);
            }
            let start = outbox.sent() + outbox.queued() as u64;
            outbox.push(outgoing);
            self.flush_unless_corked(outbox);
            Ok(start)
        })?;
        self.terms.metrics.sent(outgoing.opcode(), outgoing.payload().len());
        if traffic::is_on() {
            self.tap().message(Direction::Out, outgoing.opcode(), outgoing.payload());
        }
        Ok(start)
    }

    /// Writes what waits for the end of a turn, which is no sign of a slow peer. Returns whether there is room now.
    #[cold]
    fn make_room(&self, outbox: &mut Outbox) -> bool {
        if outbox.take_deferred() {
            self.flush_unless_corked(outbox);
        }
        let has_room = outbox.queued() <= self.terms.bounds.high_water_mark;
        if !has_room {
            outbox.await_drain();
        }
        has_room
    }

    /// Queues something as soon as the queue has drained below the low-water mark, if it is above the high-water mark; or throws it
    /// away, if slow receivers are to miss what they cannot take.
    pub(crate) async fn push_when_drained(self: &Arc<Self>, outgoing: Outgoing<'_>) -> Result<()> {
        loop {
            match self.push(outgoing, Admission::BelowMark) {
                Err(Refusal::Full) if self.terms.bounds.slow_receivers == SlowReceivers::DropNewest => {
                    self.dropped.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Err(Refusal::Full) => {}
                result => return Ok(result?),
            }
            let mut changed = pin!(self.changed.notified());
            // Registers before the second look, so that a drain in between is not missed.
            changed.as_mut().enable();
            match self.push(outgoing, Admission::BelowMark) {
                Err(Refusal::Full) => changed.await,
                result => return Ok(result?),
            }
        }
    }
}
