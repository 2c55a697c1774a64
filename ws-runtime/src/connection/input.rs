//! What comes in: bytes from the socket into a pooled buffer, from there into the protocol.

use std::io;
use std::task::{Context, Poll, ready};

use bytes::BufMut as _;
use ws_core::protocol::Protocol;

use crate::connection::End;
use crate::connection::read_ahead::{ReadAhead, StreamEnd};
use crate::pool;
use crate::transport::Reader;

/// From this many missing bytes on, the rest of a frame is read straight into its message, past the read buffer.
const DIRECT_READ: u64 = 8 * 1024; // bytes

/// The receiving half of a connection.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) reader: Reader,
    pub(crate) protocol: Protocol,
    /// A pooled buffer while bytes are being handled; between reads at most the beginning of a header or a control frame.
    pub(crate) buffer: Vec<u8>,
    /// How much of `buffer` is decoded.
    pub(crate) start: usize,
    /// What has come in while callbacks ran, behind `buffer`. Boxed: most connections never need it.
    pub(crate) ahead: Option<Box<ReadAhead>>,
    /// What the next read asks for: doubled by each read that fills it, halved by each that begins a message and fills less than
    /// half, and small after a frame that is larger than any buffer, so that little of the next one has to be copied.
    read_size: usize,
}

/// The part of the input that stays within reach while a callback borrows the rest.
#[derive(Debug)]
pub(crate) struct Remainder<'a> {
    pub(crate) reader: &'a mut Reader,
    /// What is read but not decoded.
    pub(crate) undecoded: &'a [u8],
    /// What is read behind that, if anything.
    pub(crate) ahead: &'a mut Option<Box<ReadAhead>>,
    /// How much of the current frame has not arrived.
    pub(crate) skip: u64,
}

impl Input {
    /// Makes the receiving half; `read_ahead` is what the HTTP server has already read behind the request.
    pub(crate) fn new(reader: Reader, protocol: Protocol, read_ahead: &[u8]) -> Self {
        Self { reader, protocol, buffer: read_ahead.to_vec(), start: 0, ahead: None, read_size: pool::BUFFER_SIZE }
    }

    /// Returns whether there is nothing to decode and nothing lent.
    #[inline]
    pub(crate) fn is_used_up(&self) -> bool {
        self.start == self.buffer.len() && self.ahead.is_none() && self.protocol.is_idle()
    }

    /// Moves what has been read ahead behind what is not decoded. Returns whether there is something new to decode.
    ///
    /// # Errors
    /// The end of the stream, once everything before it is decoded.
    pub(crate) fn take_read_ahead(&mut self) -> Result<bool, End> {
        let Some(ahead) = &mut self.ahead else { return Ok(false) };
        if ahead.bytes.is_empty() {
            return match ahead.end.take() {
                None => Ok(false),
                Some(StreamEnd::Ended) => Err(End::Lost(None)),
                Some(StreamEnd::Broken(error)) => Err(End::Lost(Some(error))),
            };
        }
        let mut bytes = std::mem::take(&mut ahead.bytes);
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.is_empty() {
            std::mem::swap(&mut self.buffer, &mut bytes);
        } else {
            self.buffer.extend_from_slice(&bytes);
        }
        pool::put(bytes);
        Ok(true)
    }

    /// Reads once.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        let count = if self.protocol.remaining() >= DIRECT_READ {
            ready!(self.poll_read_payload(cx))?
        } else {
            ready!(self.poll_read_buffer(cx)).map_err(|error| End::Lost(Some(error)))?
        };
        Poll::Ready(if count == 0 { Err(End::Lost(None)) } else { Ok(()) })
    }

    fn poll_read_payload(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize, End>> {
        self.release();
        if self.protocol.remaining() > pool::MAX_BUFFER_SIZE as u64 {
            self.read_size = pool::BUFFER_SIZE;
        }
        let Some(mut target) = self.protocol.payload_buffer() else {
            return self.poll_read_buffer(cx).map_err(End::from);
        };
        let count = ready!(self.reader.poll_read_into(&mut target, cx))?;
        self.protocol.handle_payload(count).map_err(End::Failed)?;
        Poll::Ready(Ok(count))
    }

    fn poll_read_buffer(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.acquire();
        let is_beginning = self.buffer.is_empty() && self.protocol.is_idle();
        let room = self.buffer.capacity() - self.buffer.len();
        let read = self.reader.poll_read_into(&mut (&mut self.buffer).limit(room), cx);
        let Poll::Ready(Ok(count)) = read else {
            self.release();
            return read;
        };
        if count == room {
            self.read_size = (self.read_size * 2).min(pool::MAX_BUFFER_SIZE);
        } else if is_beginning && count < self.read_size / 2 {
            self.read_size = (self.read_size / 2).max(pool::BUFFER_SIZE);
        }
        read
    }

    /// Returns what stays within reach while a callback runs that borrows nothing of the input.
    pub(crate) fn remainder(&mut self) -> Remainder<'_> {
        let Self { reader, protocol, buffer, start, ahead, .. } = self;
        Remainder { reader, undecoded: &buffer[*start..], ahead, skip: protocol.remaining() }
    }

    /// Throws away what is read but not decoded, and gives its buffer back.
    pub(crate) fn discard(&mut self) {
        self.start = 0;
        self.ahead = None;
        pool::put(std::mem::take(&mut self.buffer));
    }

    /// Makes room for a read behind what is not decoded yet.
    fn acquire(&mut self) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        if self.buffer.capacity() < self.read_size {
            let mut buffer = pool::take(self.read_size);
            buffer.extend_from_slice(&self.buffer);
            pool::put(std::mem::replace(&mut self.buffer, buffer));
        }
    }

    /// Gives the pooled buffer back: nothing is coming in.
    fn release(&mut self) {
        if self.buffer.capacity() >= pool::BUFFER_SIZE {
            let buffer = std::mem::take(&mut self.buffer);
            if self.start < buffer.len() {
                self.buffer = buffer[self.start..].to_vec();
            }
            self.start = 0;
            pool::put(buffer);
        }
    }
}
