//! What a connection's driver and its callers share.

mod queueing;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use tokio::sync::Notify;
use tokio::time::Instant;
use ws_core::close::CloseFrame;
use ws_core::opcode::Opcode;

use crate::caller::ConnectionId;
use crate::caller::login::Login;
use crate::caller::outbox::Outbox;
use crate::metrics;
use crate::terms::Terms;
use crate::tls_info::TlsInfo;
use crate::traffic::{self, Direction, Tap};

pub(crate) use queueing::{Admission, Refusal};

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
    pub(crate) id: ConnectionId,
    pub(crate) subprotocol: Option<Box<str>>,
    pub(crate) remote_addr: Option<SocketAddr>,
    pub(crate) is_secure: bool,
    pub(crate) tls: Option<Arc<TlsInfo>>,
    /// Boxed: most services know nobody.
    pub(crate) login: Option<Box<Login>>,
    pub(crate) attributes: Mutex<http::Extensions>,
    terms: Arc<Terms>,
    outbox: Mutex<Outbox>,
    /// What `outbox.queued()` was when the lock was last released.
    queued: AtomicUsize,
    phase: AtomicU8,
    /// While the driver is at work, it flushes; nobody else writes to the socket.
    is_corked: AtomicBool,
    /// What `outbox.needs_driver()` was when the lock was last released.
    needs_driver: AtomicBool,
    /// The peer has closed or is gone, which the driver has not come to yet.
    peer_leaves: AtomicBool,
    /// The driver handles no message any more: what is left are `on_error` and `on_close`.
    is_ending: AtomicBool,
    /// How many messages were thrown away because the peer was too slow.
    dropped: AtomicU64,
    /// Tells everybody who waits for room or for the end to look again.
    changed: Notify,
}

/// What is known about a connection from its handshake.
#[derive(Debug)]
pub(crate) struct ConnectionInfo {
    pub(crate) id: ConnectionId,
    pub(crate) subprotocol: Option<Box<str>>,
    pub(crate) remote_addr: Option<SocketAddr>,
    pub(crate) is_secure: bool,
    pub(crate) tls: Option<Arc<TlsInfo>>,
    pub(crate) login: Option<Box<Login>>,
}

impl Shared {
    pub(crate) fn new(info: ConnectionInfo, outbox: Outbox, terms: Arc<Terms>) -> Self {
        let ConnectionInfo { id, subprotocol, remote_addr, is_secure, tls, login } = info;
        Self {
            id,
            subprotocol,
            remote_addr,
            is_secure,
            tls,
            login,
            attributes: Mutex::default(),
            terms,
            outbox: Mutex::new(outbox),
            queued: AtomicUsize::new(0),
            phase: AtomicU8::new(Phase::Open as u8),
            is_corked: AtomicBool::new(true),
            needs_driver: AtomicBool::new(true),
            peer_leaves: AtomicBool::new(false),
            is_ending: AtomicBool::new(false),
            dropped: AtomicU64::new(0),
            changed: Notify::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        const PHASES: [Phase; 5] = [Phase::Open, Phase::Closing, Phase::Ended, Phase::TimedOut, Phase::Aborted];
        PHASES[usize::from(self.phase.load(Ordering::Acquire))]
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.phase.load(Ordering::Acquire) == Phase::Open as u8
    }

    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Returns when the socket last took bytes, if an idle timeout wants to know.
    pub(crate) fn last_write(&self) -> Option<Instant> {
        self.with_outbox(|outbox| outbox.last_write())
    }

    /// Returns how many messages were thrown away because the peer was too slow.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Returns how much waits to be written, in bytes.
    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// Returns who logs what goes in and out.
    #[cold]
    pub(crate) fn tap(&self) -> Tap<ConnectionId> {
        Tap { connection: self.id, limit: self.terms.bounds.traffic_payload_limit }
    }

    /// Returns whether the connection's own writes have to wait for the peer.
    pub(crate) fn is_full(&self) -> bool {
        self.queued.load(Ordering::Relaxed) > self.terms.bounds.high_water_mark
    }

    /// Returns whether a client's replies have to wait for the peer. What others write to it does not count: the server may not read that
    /// until it is read itself.
    #[cfg(feature = "client")]
    pub(crate) fn owes_replies(&self) -> bool {
        self.is_full() && self.with_outbox(|outbox| outbox.owes_replies(self.terms.bounds.high_water_mark))
    }

    /// Returns whether writers that had to wait may go on.
    pub(crate) fn is_drained(&self) -> bool {
        self.queued.load(Ordering::Relaxed) <= self.terms.bounds.low_water_mark()
    }

    /// Queues the close frame and lets nothing be written after it; `None` has no code. Does nothing unless open.
    pub(crate) fn start_close(&self, frame: Option<&CloseFrame>) {
        let is_queued = self.with_outbox(|outbox| {
            if self.phase() != Phase::Open {
                return false;
            }
            self.set_phase(Phase::Closing);
            let is_queued = !outbox.is_broken();
            if is_queued {
                outbox.push_close(frame);
                self.flush_unless_corked(outbox);
            }
            outbox.wake_driver();
            is_queued
        });
        self.changed.notify_waiters();
        if !is_queued {
            return;
        }
        let reason = frame.map(CloseFrame::reason).unwrap_or_default();
        self.terms.metrics.sent(Opcode::Close, frame.map_or(0, |_| 2 + reason.len()));
        if traffic::is_on() {
            self.tap().close(Direction::Out, frame.map(CloseFrame::code), reason);
        }
    }

    /// Moves on to a later phase and tells everybody who waits for it.
    pub(crate) fn end(&self, phase: Phase) {
        self.with_outbox(|outbox| {
            if self.phase() < phase {
                self.set_phase(phase);
            }
            outbox.wake_driver();
        });
        self.changed.notify_waiters();
    }

    /// Tells everybody who waits for the end that it is near: the peer has closed, or is gone.
    pub(crate) fn peer_leaves(&self) {
        if !self.peer_leaves.swap(true, Ordering::AcqRel) {
            self.changed.notify_waiters();
        }
    }

    /// Notes that no message is handled any more.
    pub(crate) fn begin_ending(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    /// Only for the driver.
    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
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

    /// Resolves when streams may go on: the queue has drained to the low-water mark, or the connection is closing.
    pub(crate) async fn drained(&self) {
        while self.is_open() && !self.is_drained() {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            // Asks for the news before the second look, so that a drain in between is not missed.
            self.with_outbox(Outbox::await_drain);
            if self.is_drained() {
                return;
            }
            changed.await;
        }
    }

    async fn until(&self, is_over: impl Fn(&Self) -> bool) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Registers before the look, so that an end in between is not missed.
            changed.as_mut().enable();
            if is_over(self) {
                return;
            }
            changed.await;
        }
    }

    /// Lets the driver do all the writing, until it uncorks.
    #[inline]
    pub(crate) fn cork(&self) {
        self.is_corked.store(true, Ordering::Relaxed);
    }

    /// Returns whether the driver has left the writing to others, and there is nothing that only it could do.
    #[inline]
    pub(crate) fn is_at_rest(&self) -> bool {
        !self.is_corked() && !self.needs_driver.load(Ordering::Relaxed)
    }

    /// Lets everybody write to the socket again. Only for the driver, which works on the outbox before anybody else can.
    pub(crate) fn uncork<T>(&self, cx: &mut Context<'_>, work: impl FnOnce(&mut Outbox, &mut Context<'_>) -> T) -> T {
        self.with_outbox(|outbox| {
            self.is_corked.store(false, Ordering::Relaxed);
            outbox.set_driver(cx);
            work(outbox, cx)
        })
    }

    /// Writes what has waited for the end of a turn.
    pub(crate) fn flush_deferred(&self) {
        self.with_outbox(|outbox| {
            if outbox.take_deferred() {
                self.flush_unless_corked(outbox);
            }
        });
    }

    fn flush_unless_corked(&self, outbox: &mut Outbox) {
        if !self.is_corked() {
            outbox.flush();
        }
    }

    /// Written by the driver, and read under the lock of the outbox: whoever reads it too late writes what the driver would have
    /// written next.
    fn is_corked(&self) -> bool {
        self.is_corked.load(Ordering::Relaxed)
    }

    /// Works on the outbox under its lock, and keeps in step what is derived from it.
    pub(crate) fn with_outbox<T>(&self, work: impl FnOnce(&mut Outbox) -> T) -> T {
        let mut outbox = lock(&self.outbox);
        let result = work(&mut outbox);
        self.unlock_outbox(outbox);
        result
    }

    /// Keeps in step what is derived from the outbox.
    fn unlock_outbox(&self, mut outbox: MutexGuard<'_, Outbox>) {
        let woken = outbox.take_woken();
        if metrics::IS_ON && !self.is_corked() {
            outbox.count_backlog(&self.terms.metrics);
        }
        let queued = outbox.queued();
        self.queued.store(queued, Ordering::Relaxed);
        self.needs_driver.store(outbox.needs_driver(), Ordering::Relaxed);
        let has_drained = outbox.take_awaited_at(self.terms.bounds.low_water_mark());
        drop(outbox);
        // Not before: the driver would find nothing to do, and sleep on.
        if let Some(driver) = woken {
            driver.wake();
        }
        if has_drained {
            self.changed.notify_waiters();
        }
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

#[cfg(test)]
mod tests;
