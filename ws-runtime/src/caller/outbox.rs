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

use std::io;
use std::task::{Context, Poll, Waker};

use tokio::time::Instant;
use ws_core::close::CloseFrame;
use ws_core::frame::{Coding, MAX_CONTROL_PAYLOAD, encode_message};
use ws_core::opcode::Opcode;

use crate::compression::Compressor;
use crate::pool;
use crate::transport::Writer;

/// The outgoing half of a connection.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// `None` once the connection is gone.
    writer: Option<Writer>,
    queue: Vec<u8>,
    /// How much of `queue` the socket has taken.
    sent: usize,
    /// While the driver is at work, it flushes; nobody else writes to the socket.
    corked: bool,
    /// What is queued waits for the end of a turn.
    deferred: bool,
    /// Somebody was told that the queue is full and waits for it to drain.
    awaited: bool,
    driver: Option<Waker>,
    max_frame_size: usize,
    /// Boxed: most connections have none.
    compressor: Option<Box<Compressor>>,
    /// When the socket last took bytes; `None` when no idle timeout wants to know.
    last_write: Option<Instant>,
}

impl Outbox {
    pub(crate) fn new(
        writer: Writer,
        max_frame_size: usize,
        compressor: Option<Box<Compressor>>,
        last_write: Option<Instant>,
    ) -> Self {
        Self {
            writer: Some(writer),
            queue: Vec::new(),
            sent: 0,
            corked: true,
            deferred: false,
            awaited: false,
            driver: None,
            max_frame_size,
            compressor,
            last_write,
        }
    }

    /// Queues a message as frames of at most `max_frame_size` bytes of payload, or a control frame, which is never split.
    pub(crate) fn push(&mut self, opcode: Opcode, payload: &[u8]) {
        self.make_room();
        match &mut self.compressor {
            _ if opcode.is_control() => {
                encode_message(&mut self.queue, opcode, Coding::Plain, payload, MAX_CONTROL_PAYLOAD, None);
            }
            None => encode_message(&mut self.queue, opcode, Coding::Plain, payload, self.max_frame_size, None),
            Some(compressor) => {
                let mut compressed = pool::take(0);
                let (coding, payload) = if compressor.compress(payload, &mut compressed) {
                    (Coding::Deflated, compressed.as_slice())
                } else {
                    (Coding::Plain, payload)
                };
                encode_message(&mut self.queue, opcode, coding, payload, self.max_frame_size, None);
                pool::put(compressed);
            }
        }
    }

    /// Queues a close frame; `None` has no code.
    pub(crate) fn push_close(&mut self, frame: Option<&CloseFrame>) {
        self.make_room();
        let payload = frame.map(CloseFrame::encode_payload).unwrap_or_default();
        encode_message(&mut self.queue, Opcode::Close, Coding::Plain, &payload, MAX_CONTROL_PAYLOAD, None);
    }

    pub(crate) fn queued(&self) -> usize {
        self.queue.len() - self.sent
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

    /// Takes the note that somebody waits.
    pub(crate) fn take_awaited(&mut self) -> bool {
        std::mem::take(&mut self.awaited)
    }

    pub(crate) fn cork(&mut self) {
        self.corked = true;
    }

    /// Notes that the queue waits for the end of a turn. Returns whether that is news: it is not when the driver will flush anyway.
    pub(crate) fn defer(&mut self) -> bool {
        !self.corked && !std::mem::replace(&mut self.deferred, true)
    }

    /// Writes what has waited for the end of a turn.
    pub(crate) fn flush_deferred(&mut self) {
        if std::mem::take(&mut self.deferred) {
            self.flush_unless_corked();
        }
    }

    /// Writes what the socket takes at once, unless the driver is at work; it writes the rest.
    pub(crate) fn flush_unless_corked(&mut self) {
        if self.corked {
            return;
        }
        let written = self.poll_queue(Writer::try_write);
        let is_boxed = matches!(self.writer, Some(Writer::Boxed(_)));
        if is_boxed || !matches!(written, Poll::Ready(Ok(()))) {
            self.wake_driver();
        }
    }

    /// Lets other tasks write to the socket, and remembers whom to wake when it does not take everything.
    pub(crate) fn uncork(&mut self, cx: &Context<'_>) {
        self.corked = false;
        if !self.driver.as_ref().is_some_and(|driver| driver.will_wake(cx.waker())) {
            self.driver = Some(cx.waker().clone());
        }
    }

    /// Writes the queue to the socket.
    ///
    /// # Errors
    /// The socket's. The outbox is broken then: the queue is gone, and nothing is written any more.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let written = self.poll_queue(|writer, bytes| writer.poll_write(cx, bytes));
        match (written, &mut self.writer) {
            (Poll::Ready(Ok(())), Some(writer)) => writer.poll_flush(cx),
            (written, _) => written,
        }
    }

    /// Ends the sending direction once the queue is empty.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match (self.poll_flush(cx), &mut self.writer) {
            (Poll::Ready(Ok(())), Some(writer)) => writer.poll_shutdown(cx),
            (flushed, _) => flushed,
        }
    }

    pub(crate) fn wake_driver(&mut self) {
        if let Some(driver) = self.driver.take() {
            driver.wake();
        }
    }

    /// Lets go of the socket and the queue.
    pub(crate) fn discard(&mut self) {
        self.writer = None;
        self.queue = Vec::new();
        self.sent = 0;
    }

    fn make_room(&mut self) {
        if self.queue.capacity() == 0 {
            self.queue = pool::take(0);
        } else if self.sent > pool::BUFFER_SIZE && self.sent * 2 > self.queue.len() {
            // A slow receiver: without this, the bytes that it has taken would pile up in front of the queue.
            self.queue.drain(..self.sent);
            self.sent = 0;
        }
    }

    fn poll_queue(
        &mut self,
        mut write: impl FnMut(&mut Writer, &[u8]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        let Some(writer) = &mut self.writer else {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        };
        while self.sent < self.queue.len() {
            match write(writer, &self.queue[self.sent..]) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(count)) if count > 0 => self.sent += count,
                Poll::Ready(result) => {
                    self.discard();
                    return Poll::Ready(Err(result.err().unwrap_or_else(|| io::ErrorKind::WriteZero.into())));
                }
            }
        }
        if self.sent > 0 {
            self.sent = 0;
            pool::put(std::mem::take(&mut self.queue));
            self.last_write = self.last_write.map(|_| Instant::now());
        }
        Poll::Ready(Ok(()))
    }
}
