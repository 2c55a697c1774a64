//! What goes out: frames are encoded into one queue, and the queue goes to the socket in as few writes as possible.
//!
//! ```text
//!   push ──▶ queue ──┬─ corked: stays, the driver flushes when its batch or its callback's turn is over
//!                    ├─ written by a callback of another connection: leaves when the turn of that one is over
//!                    └─ else: written at once; what the socket does not take, the driver writes
//! ```
//!
//! Everything here happens under the lock of the connection's [`Shared`](super::shared::Shared), so each message is whole on
//! the wire, however many tasks write.

use std::io::{self, IoSlice};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;
use ws_core::close::CloseFrame;
use ws_core::frame::{Coding, MAX_CONTROL_PAYLOAD, encode_message, encode_plain, fragments};
use ws_core::opcode::Opcode;
use ws_core::protocol::{Limits, Role};

use crate::caller::masking;
use crate::caller::queue::Queue;
use crate::compression::{Compressor, Recipe};
use crate::metrics::{Backlog, Metrics};
use crate::pool;
use crate::prepared::Prepared;
use crate::transport::Writer;

/// The outgoing half of a connection.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a note that one takes and another gives")]
pub(crate) struct Outbox {
    /// `None` once the connection is gone.
    writer: Option<Writer>,
    queue: Queue,
    role: Role,
    /// What is queued waits for the end of a turn.
    deferred: bool,
    /// Somebody was told that the queue is full and waits for it to drain.
    awaited: bool,
    /// The stream itself has not let go of everything yet.
    is_flushing: bool,
    /// The driver is to be woken when the lock is released.
    wakes_driver: bool,
    /// `None` once it has been woken.
    driver: Option<Waker>,
    limits: Arc<Limits>,
    /// A message that fits one frame is neither compressed nor masked.
    is_plain: bool,
    /// Boxed: most connections have none.
    compressor: Option<Box<Compressor>>,
    /// When the socket last took bytes; `None` when no idle timeout wants to know.
    last_write: Option<Instant>,
    backlog: Backlog,
    #[cfg(feature = "client")]
    replies: Replies,
}

/// What a client's callbacks have returned, and the socket has not taken.
#[cfg(feature = "client")]
#[derive(Debug, Default)]
struct Replies {
    /// Bytes of payload since there was nothing of it.
    size: usize,
    /// How much the socket will have taken when the last one is out.
    end: u64,
}

/// Something to queue.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outgoing<'a> {
    /// A message that is still to be encoded, or a control frame.
    Payload(Opcode, &'a [u8]),
    /// A message that many receivers get.
    Prepared(&'a Prepared),
}

impl Outgoing<'_> {
    pub(crate) fn opcode(&self) -> Opcode {
        match self {
            Self::Payload(opcode, _) => *opcode,
            Self::Prepared(prepared) => prepared.opcode(),
        }
    }

    pub(crate) fn payload(&self) -> &[u8] {
        match self {
            Self::Payload(_, payload) => payload,
            Self::Prepared(prepared) => prepared.as_bytes(),
        }
    }
}

impl Outbox {
    pub(crate) fn new(
        writer: Writer,
        role: Role,
        limits: Arc<Limits>,
        compressor: Option<Box<Compressor>>,
        last_write: Option<Instant>,
    ) -> Self {
        let is_plain = role == Role::Server && compressor.is_none();
        Self {
            writer: Some(writer),
            queue: Queue::default(),
            role,
            deferred: false,
            awaited: false,
            is_flushing: false,
            wakes_driver: false,
            driver: None,
            limits,
            is_plain,
            compressor,
            last_write,
            backlog: Backlog::default(),
            #[cfg(feature = "client")]
            replies: Replies::default(),
        }
    }

    /// Queues a message as frames of at most `max_frame_size` bytes of payload, or a control frame, which is never split.
    #[inline]
    pub(crate) fn push(&mut self, outgoing: Outgoing<'_>) {
        match outgoing {
            Outgoing::Payload(opcode, payload)
                if self.is_plain && payload.len() <= self.limits.max_frame_size.min(LARGE) =>
            {
                encode_plain(self.queue.tail(), opcode, payload);
            }
            outgoing => self.push_any(outgoing),
        }
    }

    #[inline(never)]
    fn push_any(&mut self, outgoing: Outgoing<'_>) {
        match outgoing {
            Outgoing::Payload(opcode, payload) => match &mut self.compressor {
                Some(compressor) if !opcode.is_control() => {
                    let mut compressed = pool::take(0);
                    let (coding, payload) = if compressor.compress(payload, &mut compressed) {
                        (Coding::Deflated, compressed.as_slice())
                    } else {
                        (Coding::Plain, payload)
                    };
                    self.push_coded(opcode, coding, payload);
                    pool::put(compressed);
                }
                _ => self.push_coded(opcode, Coding::Plain, payload),
            },
            Outgoing::Prepared(prepared) => self.push_prepared(prepared),
        }
    }

    /// Queues a close frame; `None` has no code.
    pub(crate) fn push_close(&mut self, frame: Option<&CloseFrame>) {
        let payload = frame.map(CloseFrame::encode_payload).unwrap_or_default();
        self.push_coded(Opcode::Close, Coding::Plain, &payload);
    }

    /// Encodes a message behind the queue, a large one straight to the socket.
    fn push_coded(&mut self, opcode: Opcode, coding: Coding, payload: &[u8]) {
        let max_frame_size = if opcode.is_control() { MAX_CONTROL_PAYLOAD } else { self.limits.max_frame_size };
        match self.role {
            Role::Server if payload.len() <= LARGE => {
                encode_message(self.queue.tail(), opcode, coding, payload, max_frame_size, None);
            }
            Role::Server => self.push_large(opcode, coding, payload),
            Role::Client => masking::with_keys(|next_key| {
                encode_message(self.queue.tail(), opcode, coding, payload, max_frame_size, Some(next_key));
            }),
        }
    }

    /// Lets the socket take a large message from where it is, and copies only what it does not take.
    #[inline(never)]
    fn push_large(&mut self, opcode: Opcode, coding: Coding, payload: &[u8]) {
        for (header, fragment) in fragments(opcode, coding, payload, self.limits.max_frame_size) {
            header.encode(self.queue.tail());
            let rest = self.write_through(fragment);
            if !rest.is_empty() {
                self.queue.tail().extend_from_slice(rest);
            }
        }
    }

    fn push_prepared(&mut self, prepared: &Prepared) {
        let recipe = match &self.compressor {
            Some(compressor) => compressor.recipe(),
            None => Some(Recipe::Plain),
        };
        let recipe = recipe.filter(|_| self.role == Role::Server);
        let Some(recipe) = recipe else {
            return self.push(Outgoing::Payload(prepared.opcode(), prepared.as_bytes()));
        };
        let frames = prepared.frames(recipe, self.limits.max_frame_size);
        if frames.len() <= LARGE {
            self.queue.tail().extend_from_slice(frames);
        } else {
            let rest = self.write_through(frames).len();
            self.queue.push_shared(frames.slice(frames.len() - rest..));
        }
    }

    /// Writes the queue and `bytes` behind it, as far as the socket takes them. Returns the rest of `bytes`.
    fn write_through<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let Some(writer) = &mut self.writer else { return &[] };
        self.queue.write_with(bytes, |slices| writer.try_write(slices)).unwrap_or_else(|_| {
            self.discard();
            &[]
        })
    }

    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Returns how many bytes the socket has taken. Also after the end.
    #[cfg(feature = "client")]
    pub(crate) fn sent(&self) -> u64 {
        self.queue.total()
    }

    /// Notes that what was queued last is a reply.
    #[cfg(feature = "client")]
    pub(crate) fn note_reply(&mut self, length: usize) {
        if self.role == Role::Client {
            let is_first = self.sent() >= self.replies.end;
            self.replies.size = length + if is_first { 0 } else { self.replies.size };
            self.replies.end = self.sent() + self.queued() as u64;
        }
    }

    /// Returns whether so many bytes of replies wait.
    #[cfg(feature = "client")]
    pub(crate) fn owes_replies(&self, mark: usize) -> bool {
        self.sent() < self.replies.end && self.replies.size > mark
    }

    /// Counts what waits for the peer, which what waits for the end of a turn does not.
    pub(crate) fn count_backlog(&mut self, metrics: &Metrics) {
        if !self.deferred {
            metrics.queued(&mut self.backlog, self.queue.len());
        }
    }

    pub(crate) fn last_write(&self) -> Option<Instant> {
        self.last_write
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.writer.is_none()
    }

    /// Remembers that somebody waits for the queue to drain.
    pub(crate) fn await_drain(&mut self) {
        self.awaited = true;
    }

    /// Takes the note that somebody waits, if the queue has drained to the mark.
    #[inline]
    pub(crate) fn take_awaited_at(&mut self, low_water_mark: usize) -> bool {
        self.awaited && self.queued() <= low_water_mark && std::mem::take(&mut self.awaited)
    }

    /// Notes that the queue waits for the end of a turn. Returns whether that is news.
    pub(crate) fn defer(&mut self) -> bool {
        !std::mem::replace(&mut self.deferred, true)
    }

    /// Takes the note that the queue waits for the end of a turn.
    pub(crate) fn take_deferred(&mut self) -> bool {
        std::mem::take(&mut self.deferred)
    }

    /// Writes what the socket takes at once; the driver writes the rest.
    pub(crate) fn flush(&mut self) {
        let written = self.poll_queue(Writer::try_write);
        let is_boxed = matches!(self.writer, Some(Writer::Boxed(_)));
        if is_boxed || !matches!(written, Poll::Ready(Ok(()))) {
            self.wake_driver();
        }
    }

    /// Returns whether there is something that only the driver can do.
    #[inline]
    pub(crate) fn needs_driver(&self) -> bool {
        self.driver.is_none() || self.is_flushing || self.queued() > 0
    }

    /// Remembers whom to wake when the socket does not take everything.
    pub(crate) fn set_driver(&mut self, cx: &Context<'_>) {
        if !self.driver.as_ref().is_some_and(|driver| driver.will_wake(cx.waker())) {
            self.driver = Some(cx.waker().clone());
        }
    }

    /// Writes the queue to the socket.
    ///
    /// # Errors
    /// The socket's. The outbox is broken then: the queue is gone, and nothing is written any more.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = self.poll_queue(|writer, slices| writer.poll_write(cx, slices));
        let flushed = match (written, &mut self.writer) {
            (Poll::Ready(Ok(())), Some(writer)) => writer.poll_flush(cx),
            (written, _) => written,
        };
        self.is_flushing = flushed.is_pending();
        flushed
    }

    /// Ends the sending direction once the queue is empty.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match (self.poll_flush(cx), &mut self.writer) {
            (Poll::Ready(Ok(())), Some(writer)) => writer.poll_shutdown(cx),
            (flushed, _) => flushed,
        }
    }

    /// Notes that the driver is to be woken.
    pub(crate) fn wake_driver(&mut self) {
        self.wakes_driver = true;
    }

    /// Takes whom to wake: after what he looks at first is there to be seen.
    #[inline]
    pub(crate) fn take_woken(&mut self) -> Option<Waker> {
        if std::mem::take(&mut self.wakes_driver) { self.driver.take() } else { None }
    }

    /// Keeps what is written next from waiting long behind what was written before.
    pub(crate) fn limit_unsent(&self) {
        if let Some(writer) = &self.writer {
            writer.limit_unsent();
        }
    }

    /// Lets go of the socket and the queue.
    pub(crate) fn discard(&mut self) {
        self.writer = None;
        self.queue.clear();
    }

    fn poll_queue(
        &mut self,
        mut write: impl FnMut(&mut Writer, &[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        let Some(writer) = &mut self.writer else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        if self.queue.len() == 0 {
            return Poll::Ready(Ok(()));
        }
        if let Err(error) = self.queue.write_with(&[], |slices| write(writer, slices)) {
            self.discard();
            return Poll::Ready(Err(error));
        }
        if self.queue.len() > 0 {
            return Poll::Pending;
        }
        self.last_write = self.last_write.map(|_| Instant::now());
        Poll::Ready(Ok(()))
    }
}

/// Above this size, bytes go to the socket from where they are instead of being copied into one write with others.
const LARGE: usize = 16 * 1024; // bytes
