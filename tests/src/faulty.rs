//! A transport in memory that does what a socket may do: takes and gives less than it was asked for, is not ready, breaks, ends.
//! And a future that is dropped half-way.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
    time::{Sleep, sleep},
};

use crate::raw::Frame;

/// What happens in one direction of a [`Transport`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Nothing: everything that fits goes through at once.
    None,
    /// At this byte, something happens once.
    At(usize, Event),
    /// Every byte goes alone.
    Bytewise,
    /// Every byte goes alone, and only when it was asked for twice.
    BytewisePending,
}

/// What happens at a byte. Whatever it is, the bytes before it go alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Event {
    /// No more than that.
    Cut,
    /// It is not ready, and says at once that it is.
    Pending,
    /// It is not ready, and says later that it is.
    PendingLonger,
    /// It breaks.
    Error,
    /// It ends: nothing more comes, or nothing more is taken.
    End,
}

/// The server's end of a connection. It ends when the server has ended its own direction.
#[derive(Debug)]
pub struct Transport {
    record: Record,
    /// What the client sends.
    incoming: Arc<[u8]>,
    /// How much of it may be read before the server has answered the request.
    request: usize,
    position: usize,
    reading: Direction,
    writing: Direction,
    /// Whoever waits for the client to end.
    reader: Option<Waker>,
    is_shut_down: bool,
    _ends: oneshot::Sender<()>,
}

/// What a [`Transport`] was told to send.
#[derive(Clone, Debug, Default)]
pub struct Record(Arc<Mutex<Vec<u8>>>);

/// Resolves when the [`Transport`] is dropped.
pub type End = oneshot::Receiver<()>;

#[derive(Debug)]
struct Direction {
    fault: Fault,
    /// The fault has happened; or, byte by byte, the last call was.
    has_happened: bool,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Transport {
    /// Makes a transport whose client sends `incoming`: the first `request` bytes, and the rest when it has the answer.
    #[must_use]
    pub fn new(incoming: Arc<[u8]>, request: usize, reading: Fault, writing: Fault) -> (Self, Record, End) {
        let record = Record::default();
        let (ends, end) = oneshot::channel();
        let (reading, writing) = (Direction::new(reading), Direction::new(writing));
        let transport = Self {
            record: record.clone(),
            incoming,
            request,
            position: 0,
            reading,
            writing,
            reader: None,
            is_shut_down: false,
            _ends: ends,
        };
        (transport, record, end)
    }
}

impl AsyncRead for Transport {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, target: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let Some(allowed) = ready!(this.reading.poll_allowed(this.position, cx))? else { return Poll::Ready(Ok(())) };
        let is_answered = this.record.lock().windows(4).take(MAX_HEAD).any(|bytes| bytes == b"\r\n\r\n");
        let available = if is_answered { this.incoming.len() } else { this.request };
        let count = available.saturating_sub(this.position).min(allowed).min(target.remaining());
        if count == 0 {
            if this.is_shut_down {
                return Poll::Ready(Ok(()));
            }
            this.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        target.put_slice(&this.incoming[this.position..this.position + count]);
        this.position += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let position = this.record.lock().len();
        let Some(allowed) = ready!(this.writing.poll_allowed(position, cx))? else { return Poll::Ready(Ok(0)) };
        let mut left = allowed;
        for bytes in slices {
            let count = bytes.len().min(left);
            this.record.lock().extend_from_slice(&bytes[..count]);
            left -= count;
        }
        // What the client waits for may have arrived.
        this.reader.take().into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(allowed - left))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_shut_down = true;
        self.reader.take().into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(()))
    }
}

impl Direction {
    fn new(fault: Fault) -> Self {
        Self { fault, has_happened: false, sleep: None }
    }

    /// Returns how many bytes may go now; `None` is the end.
    fn poll_allowed(&mut self, position: usize, cx: &mut Context<'_>) -> Poll<io::Result<Option<usize>>> {
        let all = Poll::Ready(Ok(Some(usize::MAX)));
        match self.fault {
            Fault::Bytewise => Poll::Ready(Ok(Some(1))),
            Fault::BytewisePending => {
                self.has_happened = !self.has_happened;
                if !self.has_happened {
                    return Poll::Ready(Ok(Some(1)));
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Fault::At(at, _) if position < at => Poll::Ready(Ok(Some(at - position))),
            Fault::At(_, Event::Error) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Fault::At(_, Event::End) => Poll::Ready(Ok(None)),
            Fault::At(_, Event::Pending) if !self.has_happened => {
                self.has_happened = true;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Fault::At(_, Event::PendingLonger) if !self.has_happened => {
                ready!(self.sleep.get_or_insert_with(|| Box::pin(sleep(LONGER))).as_mut().poll(cx));
                self.has_happened = true;
                all
            }
            Fault::None | Fault::At(..) => all,
        }
    }
}

impl Record {
    /// Takes what was sent as the head of a response and frames; what is left is the beginning of another frame.
    ///
    /// `None`: not even the head is whole.
    #[must_use]
    pub fn frames(&self) -> Option<(Vec<Frame>, Vec<u8>)> {
        let bytes = self.lock().clone();
        let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
        let (mut frames, mut rest) = (Vec::new(), &bytes[end..]);
        while let Some((frame, behind)) = split_frame(rest) {
            frames.push(frame);
            rest = behind;
        }
        Some((frames, rest.to_vec()))
    }

    /// Returns how many bytes were sent.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Returns whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a frame without a mask.
fn split_frame(bytes: &[u8]) -> Option<(Frame, &[u8])> {
    let [first, second, rest @ ..] = bytes else { return None };
    let (length, rest) = match second {
        126 => rest.split_first_chunk().map(|(length, rest)| (usize::from(u16::from_be_bytes(*length)), rest))?,
        127 => rest.split_first_chunk().map(|(length, rest)| (usize::from_be_bytes(*length), rest))?,
        short => (usize::from(*short), rest),
    };
    let (payload, rest) = rest.split_at_checked(length)?;
    Some((Frame { first: *first, payload: payload.to_vec() }, rest))
}

/// A future that is dropped when it was not ready for a number of times.
#[derive(Debug)]
pub struct DropAfter<F> {
    future: Option<Pin<Box<F>>>,
    left: usize,
}

impl<F: Future> DropAfter<F> {
    /// Drops `future` at its `count`th [`Poll::Pending`]; zero drops it before it is polled.
    pub fn new(count: usize, future: F) -> Self {
        Self { future: Some(Box::pin(future)), left: count }
    }
}

/// `None`: it was dropped.
impl<F: Future> Future for DropAfter<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        if self.left > 0
            && let Some(future) = &mut self.future
        {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            self.left -= 1;
            if self.left > 0 {
                return Poll::Pending;
            }
        }
        self.future = None;
        Poll::Ready(None)
    }
}

/// The head of a response is shorter.
const MAX_HEAD: usize = 1000; // bytes
const LONGER: Duration = Duration::from_millis(10);
