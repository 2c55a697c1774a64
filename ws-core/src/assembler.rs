//! Messages that do not arrive in one piece: fragmented ones, and those whose only frame is longer than what has been read.

use bytes::BufMut;
use bytes::buf::Limit;

use crate::copy;
use crate::deflate::Inflation;
use crate::error::ProtocolError;
use crate::mask;
use crate::utf8::Utf8Validator;

/// Collects the payload of one message, unmasked and, for text, validated as it arrives.
///
/// ```text
///           begin_*             finish           release
///   Idle ------------> Open ------------> Lent ----------> Idle
///                      append / payload_buffer + accept
/// ```
///
/// The limits are the caller's: it checks each announced length before the first byte of the frame is appended. Here an announced
/// length costs no memory by itself: what is reserved ahead is at most 1 MiB or as much as has arrived, whichever is more.
#[derive(Debug, Default)]
pub struct Assembler {
    state: State,
    validator: Utf8Validator,
    buffer: Vec<u8>,
}

/// What is left of a frame's payload, and how to read it.
#[derive(Clone, Copy, Debug)]
pub struct FramePayload {
    /// Whether the message ends with this frame.
    pub fin: bool,
    /// The masking key.
    pub mask: Option<[u8; 4]>,
    /// The bytes that have arrived.
    pub received: usize,
    /// The bytes that have not arrived yet.
    pub remaining: usize,
}

/// A complete message, borrowed from the assembler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assembled<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Open(Kind),
    Lent,
}

/// What the bytes of a message are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Text, not binary.
    pub is_text: bool,
    /// Compressed, so that nothing is known about the text until it is complete.
    pub is_compressed: bool,
}

impl Assembler {
    /// Makes an assembler that holds no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Idle, validator: Utf8Validator::new(), buffer: Vec::new() }
    }

    /// Begins a message.
    pub fn begin(&mut self, kind: Kind) {
        self.state = State::Open(kind);
    }

    /// Appends the next bytes of a frame, as they came from the wire.
    ///
    /// `max_message_size` bounds what is reserved ahead.
    ///
    /// # Errors
    /// [`ProtocolError::InvalidUtf8`] as soon as a text cannot be valid any more.
    pub fn append(
        &mut self,
        frame: &mut FramePayload,
        bytes: &[u8],
        max_message_size: usize,
    ) -> Result<(), ProtocolError> {
        self.reserve(frame, bytes.len(), max_message_size);
        copy::append(&mut self.buffer, bytes);
        self.accept(frame, bytes.len())
    }

    /// Lends the spare memory for the next bytes of a frame; [`accept`](Self::accept) must follow.
    pub fn payload_buffer(&mut self, frame: &FramePayload, max_message_size: usize) -> Limit<&mut Vec<u8>> {
        self.reserve(frame, 1, max_message_size);
        let spare = self.buffer.capacity() - self.buffer.len();
        (&mut self.buffer).limit(spare.min(frame.remaining))
    }

    /// Unmasks and validates the last `n` bytes in the buffer.
    ///
    /// # Errors
    /// [`ProtocolError::InvalidUtf8`] as soon as a text cannot be valid any more.
    pub fn accept(&mut self, frame: &mut FramePayload, n: usize) -> Result<(), ProtocolError> {
        let start = self.buffer.len() - n;
        let bytes = &mut self.buffer[start..];
        if let Some(key) = frame.mask {
            mask::apply(bytes, key, frame.received);
        }
        frame.received += n;
        frame.remaining -= n;
        if self.state == State::Open(Kind { is_text: true, is_compressed: false }) {
            self.validator.push(bytes)?;
        }
        Ok(())
    }

    /// Ends the message, decompresses it if need be, and lends it until [`release`](Self::release).
    ///
    /// # Errors
    /// [`ProtocolError::InvalidUtf8`] if a text ends inside a character; for a compressed message, those of
    /// [`inflate`](Self::inflate).
    pub fn finish(&mut self, inflation: Option<&mut Inflation>, limit: usize) -> Result<Assembled<'_>, ProtocolError> {
        let State::Open(kind) = self.state else {
            return Ok(Assembled::Binary(&self.buffer));
        };
        if kind.is_compressed {
            let message = std::mem::take(&mut self.buffer);
            return self.inflate(kind.is_text, &message, inflation, limit);
        }
        self.lend(kind.is_text)
    }

    /// Decompresses a whole message and lends it until [`release`](Self::release). `limit` is in bytes.
    ///
    /// # Errors
    /// [`ProtocolError::InvalidCompression`], [`ProtocolError::MessageTooLarge`], and for text
    /// [`ProtocolError::InvalidUtf8`].
    pub fn inflate(
        &mut self,
        is_text: bool,
        message: &[u8],
        inflation: Option<&mut Inflation>,
        limit: usize,
    ) -> Result<Assembled<'_>, ProtocolError> {
        let inflation = inflation.ok_or(ProtocolError::InvalidCompression)?;
        inflation.inflate(message, &mut self.buffer, limit)?;
        self.lend(is_text)
    }

    fn lend(&mut self, is_text: bool) -> Result<Assembled<'_>, ProtocolError> {
        self.state = State::Lent;
        if !is_text {
            return Ok(Assembled::Binary(&self.buffer));
        }
        // Unless it was compressed, every byte is known to be valid, so this finds only a text that ends inside a character. The
        // second pass is what a `&str` costs without unsafe code.
        simdutf8::basic::from_utf8(&self.buffer).map(Assembled::Text).map_err(|_| ProtocolError::InvalidUtf8)
    }

    /// Frees a message that was lent.
    pub fn release(&mut self) {
        if self.state == State::Lent {
            *self = Self::new();
        }
    }

    /// Returns whether no message is open or lent.
    #[inline]
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    /// Returns whether a message has begun and not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// Returns how many bytes of the message have arrived.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buffer.len()
    }

    /// Returns whether nothing of the message has arrived.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Makes room for `needed` bytes of a frame at once, and if memory must be had, for more of the frame.
    fn reserve(&mut self, frame: &FramePayload, needed: usize, max_message_size: usize) {
        let arrived = self.buffer.len();
        if self.buffer.capacity() - arrived >= needed {
            return;
        }
        // As much as has arrived, or a message in tiny fragments would be copied once a fragment.
        let mut ahead = frame.remaining.min(MAX_RESERVE).max(arrived);
        if frame.fin {
            ahead = ahead.min(frame.remaining);
        }
        ahead = ahead.min(max_message_size.saturating_sub(arrived));
        self.buffer.reserve_exact(ahead.max(needed));
    }
}

const MAX_RESERVE: usize = 1 << 20; // bytes

#[cfg(test)]
mod tests {
    use super::*;

    const NO_LIMIT: usize = usize::MAX;

    fn frame(fin: bool, remaining: usize) -> FramePayload {
        FramePayload { fin, mask: None, received: 0, remaining }
    }

    fn binary() -> Assembler {
        let mut assembler = Assembler::new();
        assembler.begin(Kind { is_text: false, is_compressed: false });
        assembler
    }

    #[test]
    fn the_last_frame_gets_exactly_its_size() {
        let mut assembler = binary();
        let mut frame = frame(true, 100_000);
        assembler.append(&mut frame, &[0; 10], NO_LIMIT).unwrap();
        assert_eq!(assembler.buffer.capacity(), 100_000);
        assert_eq!(assembler.payload_buffer(&frame, NO_LIMIT).remaining_mut(), 99_990);
    }

    #[test]
    fn an_announced_length_reserves_at_most_a_mebibyte_ahead() {
        let mut assembler = binary();
        let mut frame = frame(true, usize::MAX >> 1);
        assembler.append(&mut frame, b"", NO_LIMIT).unwrap();
        assert_eq!(assembler.buffer.capacity(), 0);
        assembler.append(&mut frame, b"x", NO_LIMIT).unwrap();
        assert_eq!(assembler.buffer.capacity(), MAX_RESERVE);
        assert_eq!(assembler.payload_buffer(&frame, NO_LIMIT).remaining_mut(), MAX_RESERVE - 1);
    }

    #[test]
    fn room_grows_with_what_has_arrived() {
        let mut assembler = binary();
        let mut growths = 0;
        for _ in 0..65_536 {
            let capacity = assembler.buffer.capacity();
            assembler.append(&mut frame(false, 64), &[0; 64], NO_LIMIT).unwrap();
            growths += usize::from(assembler.buffer.capacity() != capacity);
            assert!(assembler.buffer.capacity() <= 2 * assembler.len().max(64));
        }
        assert!(growths <= 17, "{growths} growths");
    }

    #[test]
    fn the_last_fragment_gets_no_more_than_it_needs() {
        let mut assembler = binary();
        assembler.append(&mut frame(false, 1000), &[0; 1000], NO_LIMIT).unwrap();
        assembler.append(&mut frame(true, 10), &[0; 10], NO_LIMIT).unwrap();
        assert_eq!(assembler.buffer.capacity(), 1010);
    }

    #[test]
    fn room_ends_at_the_message_limit() {
        let mut assembler = binary();
        for _ in 0..10 {
            assembler.append(&mut frame(false, 100), &[0; 100], 1000).unwrap();
        }
        assert_eq!(assembler.buffer.capacity(), 1000);
    }

    #[test]
    fn a_lent_message_is_freed() {
        let mut assembler = binary();
        assert!(assembler.is_open());
        assembler.append(&mut frame(true, 3), b"abc", NO_LIMIT).unwrap();
        assert_eq!(assembler.finish(None, 0), Ok(Assembled::Binary(b"abc")));
        assert!(!assembler.is_open() && !assembler.is_idle() && !assembler.is_empty());
        assembler.release();
        assert!(assembler.is_idle() && assembler.is_empty());
        assert_eq!(assembler.buffer.capacity(), 0);
    }
}
