//! What a connection does while a callback waits, and while it waits itself.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};
use ws_core::close::CloseFrame;
use ws_core::error::ProtocolError;
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::outbox::Outbox;
use crate::caller::shared::{Admission, Phase};
use crate::caller::turn;
use crate::connection::End;
use crate::connection::closing::Closing;
use crate::connection::input::Remainder;
use crate::connection::read_ahead::StreamEnd;
use crate::connection::streams::Streams;
use crate::connection::timers::{Beat, ControlRate, IdleTimer, KeepAlive, deadline};
use crate::log;
use crate::terms::{Bounds, SlowReceivers, Terms};

/// The timers of a connection, and how far its end is.
#[derive(Debug)]
pub(crate) struct Upkeep {
    /// Both are boxed: most services have none.
    pub(crate) idle: Option<Box<IdleTimer>>,
    keep_alive: Option<Box<KeepAlive>>,
    /// Boxed: it is there while the peer reads too slowly.
    slow: Option<Box<Slow>>,
    pub(crate) streams: Streams,
    /// Boxed: most peers send none.
    control_rate: Option<Box<ControlRate>>,
    /// Has begun when our close frame went out while a callback was waiting. Boxed: it is needed once at most.
    pub(crate) closing: Option<Box<Closing>>,
}

/// A peer that reads too slowly.
#[derive(Debug)]
struct Slow {
    /// When that ends the connection, if it does.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Upkeep {
    pub(crate) fn new(terms: &Terms) -> Self {
        Self {
            idle: terms.idle_timeout.map(|timeout| Box::new(IdleTimer::new(timeout))),
            keep_alive: terms.ping_interval.map(|interval| Box::new(KeepAlive::new(interval, terms.pong_timeout))),
            slow: None,
            streams: Streams::default(),
            control_rate: None,
            closing: None,
        }
    }

    /// Takes note that something came in.
    pub(crate) fn record_read(&mut self) {
        if let Some(idle) = &mut self.idle {
            idle.record_read();
        }
        if let Some(keep_alive) = &mut self.keep_alive {
            keep_alive.record_read();
        }
    }

    /// Pings a silent peer; is ready when it is dead. Only to be asked while the connection reads.
    pub(crate) fn poll_dead(&mut self, caller: &Caller, cx: &mut Context<'_>) -> Poll<()> {
        let Some(keep_alive) = &mut self.keep_alive else { return Poll::Pending };
        while let Beat::Ping = ready!(keep_alive.poll_beat(cx)) {
            // Fails only when the connection is closing, which has a timeout of its own.
            let _ = caller.shared().push_payload(Opcode::Ping, b"", Admission::Always);
        }
        log::peer_silent(caller.connection_id());
        Poll::Ready(())
    }

    /// Takes note of a control frame.
    ///
    /// # Errors
    /// There are too many of them.
    pub(crate) fn count_control(&mut self, limit: u32) -> Result<(), ProtocolError> {
        let rate = self.control_rate.get_or_insert_with(|| Box::new(ControlRate::new()));
        if rate.is_within(limit) { Ok(()) } else { Err(ProtocolError::TooManyControlFrames { limit }) }
    }

    /// Closes the connection if its peer has been reading too slowly for too long.
    #[inline]
    pub(crate) fn poll_slow(&mut self, caller: &Caller, cx: &mut Context<'_>) {
        if caller.shared().is_full() || self.slow.is_some() {
            self.poll_catching_up(caller, cx);
        }
    }

    fn poll_catching_up(&mut self, caller: &Caller, cx: &mut Context<'_>) {
        let (shared, connection) = (caller.shared(), caller.connection_id());
        let policy = shared.terms().bounds.slow_receivers;
        if self.slow.is_some() && shared.is_drained() {
            self.slow = None;
            log::receiver_caught_up(connection, shared.dropped());
            return;
        }
        let slow = self.slow.get_or_insert_with(|| {
            log::receiver_slow(connection, shared.queued());
            Box::new(Slow::begin(policy))
        });
        if let (SlowReceivers::Disconnect { code, .. }, Some(deadline)) = (policy, &mut slow.deadline)
            && deadline.as_mut().poll(cx).is_ready()
        {
            slow.deadline = None;
            log::receiver_disconnected(connection, code);
            shared.start_close(CloseFrame::new(code.as_u16(), "receiver is too slow").ok().as_ref());
        }
    }

    /// Lets the streams run until there are less than `limit`, or until each has had two `turns` with room for what it has.
    pub(crate) fn poll_streams(
        &mut self,
        caller: &Caller,
        limit: usize,
        turns: &mut u32,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let shared = caller.shared();
        loop {
            *turns += u32::from(shared.is_drained());
            self.streams.poll(caller, cx);
            // What cannot be written ends the connection soon.
            let _ = shared.uncork(cx, Outbox::poll_flush);
            self.poll_slow(caller, cx);
            if self.streams.len() < limit || *turns >= 2 || !shared.is_open() {
                return Poll::Ready(());
            }
            if !shared.is_drained() {
                return Poll::Pending;
            }
        }
    }

    /// Serves the connection while a callback waits: writes what is queued, reads ahead, and takes the peer's answer to our close
    /// frame, which may be what the callback waits for. It is the `first` time for this callback, or not.
    pub(crate) fn poll(
        &mut self,
        caller: &Caller,
        remainder: &mut Remainder<'_>,
        is_first: bool,
        cx: &mut Context<'_>,
    ) -> Poll<End> {
        turn::end();
        self.streams.poll(caller, cx);
        let shared = caller.shared();
        // A broken outbox is no reason to drop a callback half-way: the next read tells.
        // The peer need not wait for the last callbacks: our end of the stream ends at once.
        let is_ending = shared.is_ending();
        let work = if is_ending { Outbox::poll_shutdown } else { Outbox::poll_flush };
        let _ = shared.uncork(cx, work);
        self.poll_slow(caller, cx);
        match shared.phase() {
            _ if is_ending => {}
            Phase::Open => self.read_ahead(caller, remainder, is_first, cx),
            Phase::Closing => {
                let closing =
                    self.closing.get_or_insert_with(|| Closing::begin(remainder, shared.terms().closure_timeout));
                // The answer stays in `closing`; whoever waits for it has been woken.
                let _ = closing.poll_answer(remainder.reader, shared, cx);
            }
            Phase::Ended | Phase::TimedOut => {}
            Phase::Aborted => return Poll::Ready(End::Aborted),
        }
        Poll::Pending
    }

    fn read_ahead(&mut self, caller: &Caller, remainder: &mut Remainder<'_>, is_first: bool, cx: &mut Context<'_>) {
        let Terms { service_answers_pings, bounds: Bounds { read_ahead_limit, .. }, .. } = caller.shared().terms();
        let ahead = remainder.ahead.get_or_insert_default();
        let has_read = ahead.poll_read(remainder.reader, *read_ahead_limit, cx);
        if has_read {
            self.record_read();
        }
        let is_listening = ahead.end.is_none() && ahead.bytes.len() < *read_ahead_limit;
        if is_listening && self.poll_dead(caller, cx).is_ready() {
            ahead.end = Some(StreamEnd::Broken(io::ErrorKind::TimedOut.into()));
        }
        if is_first {
            ahead.begin_search(remainder.skip);
        }
        ahead.look(remainder.undecoded, *service_answers_pings, caller.shared());
    }
}

impl Slow {
    fn begin(policy: SlowReceivers) -> Self {
        let deadline = match policy {
            SlowReceivers::Disconnect { after, .. } => Some(Box::pin(sleep_until(deadline(Instant::now(), after)))),
            SlowReceivers::DropNewest | SlowReceivers::Wait => None,
        };
        Self { deadline }
    }
}
