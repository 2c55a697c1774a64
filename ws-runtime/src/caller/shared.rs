//! What a connection's driver and its callers share.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use ws_core::close::CloseFrame;
use ws_core::frame::MAX_CONTROL_PAYLOAD;
use ws_core::opcode::Opcode;

use crate::caller::ConnectionId;
use crate::caller::outbox::{Outbox, Outgoing};
use crate::caller::turn;
use crate::error::{Error, Result};
use crate::terms::{SlowReceivers, Terms};

/// How far the connection is.
///
/// ```text
///   Open ──close frame queued──▶ Closing ──answered, lost, or timed out──▶ Ended / TimedOut
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Messages go in and out.
    Open,
    /// A close frame is queued or sent; nothing is written after it.
    Closing,
    /// The closing handshake is over, or the connection is lost.
    Ended,
    /// The peer did not answer the close frame in time.
    TimedOut,
    /// The server gives up on the connection: the driver must stop at once.
    Aborted,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) identity: Identity,
    pub(crate) attributes: Mutex<http::Extensions>,
    terms: Arc<Terms>,
    outbox: Mutex<Outbox>,
    /// What `outbox.queued()` was when the lock was last released.
    queued: AtomicUsize,
    phase: AtomicU8,
    /// The peer has closed or is gone, which the driver has not come to yet.
    peer_leaves: AtomicBool,
    /// How many messages were thrown away because the peer was too slow.
    dropped: AtomicU64,
    drained: Notify,
    ended: Notify,
}

/// What is known about a connection from its handshake.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) id: ConnectionId,
    pub(crate) subprotocol: Option<&'static str>,
    pub(crate) remote_addr: Option<SocketAddr>,
    pub(crate) is_secure: bool,
}

/// Who asks for room in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Everybody else's messages: only below the high-water mark.
    BelowMark,
    /// The connection's own replies and control frames: the driver holds the next callback back instead.
    Always,
}

impl Shared {
    pub(crate) fn new(identity: Identity, outbox: Outbox, terms: Arc<Terms>) -> Self {
        Self {
            identity,
            attributes: Mutex::default(),
            terms,
            outbox: Mutex::new(outbox),
            queued: AtomicUsize::new(0),
            phase: AtomicU8::new(Phase::Open as u8),
            peer_leaves: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
            drained: Notify::new(),
            ended: Notify::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        const PHASES: [Phase; 5] = [Phase::Open, Phase::Closing, Phase::Ended, Phase::TimedOut, Phase::Aborted];
        PHASES[usize::from(self.phase.load(Ordering::Acquire))]
    }

    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Returns how many messages were thrown away because the peer was too slow.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Returns whether the connection's own writes have to wait for the peer.
    pub(crate) fn is_full(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > self.terms.bounds.high_water_mark
    }

    /// Returns whether writers that had to wait may go on.
    pub(crate) fn is_drained(&self) -> bool {
        self.queued.load(Ordering::Relaxed) <= self.terms.bounds.low_water_mark()
    }

    /// Queues a whole message or a control frame.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    #[inline]
    pub(crate) fn push_payload(self: &Arc<Self>, opcode: Opcode, payload: &[u8], admission: Admission) -> Result<()> {
        self.push(Outgoing::Payload(opcode, payload), admission)
    }

    /// Queues something.
    ///
    /// # Errors
    /// [`Error::Closed`], [`Error::ControlTooLong`], and below the mark [`Error::Full`]; nothing was queued then.
    pub(crate) fn push(self: &Arc<Self>, outgoing: Outgoing<'_>, admission: Admission) -> Result<()> {
        if let Outgoing::Payload(opcode, payload) = outgoing
            && opcode.is_control()
            && payload.len() > MAX_CONTROL_PAYLOAD
        {
            return Err(Error::ControlTooLong { length: payload.len() });
        }
        let is_new_receiver = self.with_outbox(|outbox| {
            if self.phase() != Phase::Open || outbox.is_broken() {
                return Err(Error::Closed);
            }
            let high_water_mark = self.terms.bounds.high_water_mark;
            if admission == Admission::BelowMark && outbox.queued() > high_water_mark {
                // What waits for the end of a turn is no sign of a slow peer.
                outbox.flush_deferred();
                if outbox.queued() > high_water_mark {
                    outbox.await_drain();
                    return Err(Error::Full);
                }
            }
            outbox.push(outgoing);
            if turn::is_running() {
                return Ok(outbox.defer());
            }
            outbox.flush_unless_corked();
            Ok(false)
        })?;
        if is_new_receiver {
            turn::add(self);
        }
        Ok(())
    }

    /// Queues something as soon as the queue has drained below the low-water mark, if it is above the high-water mark; or throws it
    /// away, if slow receivers are to miss what they cannot take.
    pub(crate) async fn push_when_drained(self: &Arc<Self>, outgoing: Outgoing<'_>) -> Result<()> {
        loop {
            match self.push(outgoing, Admission::BelowMark) {
                Err(Error::Full) if self.terms.bounds.slow_receivers == SlowReceivers::DropNewest => {
                    self.dropped.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Err(Error::Full) => {}
                result => return result,
            }
            let mut drained = pin!(self.drained.notified());
            // Registers before the second look, so that a drain in between is not missed.
            drained.as_mut().enable();
            match self.push(outgoing, Admission::BelowMark) {
                Err(Error::Full) => drained.await,
                result => return result,
            }
        }
    }

    /// Queues the close frame and lets nothing be written after it; `None` has no code. Does nothing unless open.
    pub(crate) fn start_close(&self, frame: Option<&CloseFrame>) {
        self.with_outbox(|outbox| {
            if self.phase() != Phase::Open {
                return;
            }
            self.set_phase(Phase::Closing);
            if !outbox.is_broken() {
                outbox.push_close(frame);
                outbox.flush_unless_corked();
            }
            outbox.wake_driver();
        });
        self.drained.notify_waiters();
    }

    /// Moves on to a later phase and tells everybody who waits for it.
    pub(crate) fn end(&self, phase: Phase) {
        self.with_outbox(|outbox| {
            if self.phase() < phase {
                self.set_phase(phase);
            }
            outbox.wake_driver();
        });
        self.drained.notify_waiters();
        self.ended.notify_waiters();
    }

    /// Tells everybody who waits for the end that it is near: the peer has closed, or is gone.
    pub(crate) fn peer_leaves(&self) {
        if !self.peer_leaves.swap(true, Ordering::AcqRel) {
            self.ended.notify_waiters();
        }
    }

    /// Returns whether the peer is known to have closed, or to be gone.
    pub(crate) fn is_peer_leaving(&self) -> bool {
        self.peer_leaves.load(Ordering::Acquire)
    }

    /// Resolves when the connection has ended.
    pub(crate) async fn ended(&self) {
        self.until(|shared| shared.phase() >= Phase::Ended).await;
    }

    /// Resolves when the connection has ended, or the peer is known to have closed or to be gone.
    pub(crate) async fn ended_or_left(&self) {
        self.until(|shared| shared.phase() >= Phase::Ended || shared.is_peer_leaving()).await;
    }

    async fn until(&self, is_over: impl Fn(&Self) -> bool) {
        loop {
            let mut ended = pin!(self.ended.notified());
            // Registers before the look, so that an end in between is not missed.
            ended.as_mut().enable();
            if is_over(self) {
                return;
            }
            ended.await;
        }
    }

    /// Works on the outbox under its lock, and keeps in step what is derived from it.
    pub(crate) fn with_outbox<T>(&self, work: impl FnOnce(&mut Outbox) -> T) -> T {
        let mut outbox = lock(&self.outbox);
        let result = work(&mut outbox);
        let queued = outbox.queued();
        self.queued.store(queued, Ordering::Relaxed);
        let has_drained = outbox.take_awaited_at(self.terms.bounds.low_water_mark());
        drop(outbox);
        if has_drained {
            self.drained.notify_waiters();
        }
        result
    }

    /// Only under the lock of the outbox: whoever holds it sees no later close.
    fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }
}

/// Locks, also after a panic elsewhere: the data behind these locks is whole between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
