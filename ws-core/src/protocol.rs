//! The receiving half of a connection: bytes in, messages and control frames out.

use std::sync::Arc;

use bytes::buf::Limit;

use crate::assembler::{Assembled, Assembler, FramePayload, Kind};
use crate::close::{self, CloseCode};
use crate::deflate::Inflation;
use crate::error::ProtocolError;
use crate::frame::{FIN_BIT, FrameHeader, MASK_BIT, MAX_CONTROL_PAYLOAD, RSV1};
use crate::mask;
use crate::opcode::Opcode;

/// Which end of the connection this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that connects: it masks what it sends.
    Client,
    /// The end that accepts: what it receives is masked.
    Server,
}

/// What a peer may make this end hold in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of payload of one data frame. Control frames have their own limit of 125 bytes.
    pub max_frame_size: usize,
    /// Bytes of one message, all its frames together.
    pub max_message_size: usize,
    /// Frames of one message: each costs work, also when it is empty.
    pub max_fragments: u32,
}

/// Something whole that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// A ping, to be answered by a pong with the same bytes.
    Ping(&'a [u8]),
    /// A pong.
    Pong(&'a [u8]),
    /// The peer closes; [`CloseCode::NO_STATUS`] if it gave no code.
    Close(CloseCode, &'a str),
}

/// Decodes what a peer sends: [RFC 6455 §5](https://www.rfc-editor.org/rfc/rfc6455#section-5).
///
/// A message that lies whole and unfragmented in the input is lent from there; everything else is collected in one buffer that
/// exists only as long as the message.
#[derive(Debug)]
pub struct Protocol {
    role: Role,
    limits: Arc<Limits>,
    frame: Option<FramePayload>,
    /// How many frames of the open message have begun.
    fragments: u32,
    assembler: Assembler,
    /// `None`: no compression has been negotiated.
    inflation: Option<Inflation>,
}

type Polled<'a> = Result<(Option<Incoming<'a>>, &'a mut [u8]), ProtocolError>;

impl Protocol {
    /// Makes the receiving half of a connection whose handshake has ended. Many connections may share their limits.
    #[must_use]
    pub fn new(role: Role, limits: impl Into<Arc<Limits>>) -> Self {
        Self { role, limits: limits.into(), frame: None, fragments: 0, assembler: Assembler::new(), inflation: None }
    }

    /// Takes compressed messages, as has been negotiated.
    #[must_use]
    pub fn with_inflation(mut self, inflation: Option<Inflation>) -> Self {
        self.inflation = inflation;
        self
    }

    /// Decodes the next event, unmasking in place, and returns it with what is left of `input`.
    ///
    /// Without an event, everything that can be decoded is decoded: the rest of `input`, less than 140 bytes, is the beginning of a
    /// header or of a control frame, and must stand in front of what is read next. After an error or a close frame nothing more may be
    /// decoded.
    ///
    /// # Errors
    /// What the peer did wrong, as soon as it can be known.
    #[inline]
    pub fn poll_event<'a>(&'a mut self, input: &'a mut [u8]) -> Polled<'a> {
        if !self.assembler.is_idle() {
            return self.poll_assembled(input);
        }
        if let Some((opcode, key, end)) = self.find_short_message(input) {
            let (frame, rest) = input.split_at_mut(end);
            let payload = &mut frame[SHORT_HEADER..];
            mask::apply(payload, key, 0);
            let message = if opcode == WHOLE_TEXT { text(payload)? } else { Incoming::Binary(payload) };
            return Ok((Some(message), rest));
        }
        self.poll_frame(input)
    }

    /// Returns whether no message has begun or is still lent.
    #[inline]
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.assembler.is_idle()
    }

    /// Lends memory for the rest of a data frame that is partly here, for at most the bytes that the frame still lacks.
    ///
    /// Whatever is read into it must be told to [`handle_payload`](Self::handle_payload) at once. `None` between frames; it is worth a
    /// read of its own only when [`remaining`](Self::remaining) is large.
    pub fn payload_buffer(&mut self) -> Option<Limit<&mut Vec<u8>>> {
        let frame = self.frame.as_ref().filter(|frame| frame.remaining > 0)?;
        Some(self.assembler.payload_buffer(frame, self.limits.max_message_size))
    }

    /// Takes note of `n` bytes read into the [`payload_buffer`](Self::payload_buffer).
    ///
    /// When [`remaining`](Self::remaining) is 0 afterwards, [`poll_event`](Self::poll_event) has the message, if the frame was its last.
    ///
    /// # Errors
    /// [`ProtocolError::InvalidUtf8`] as soon as a text cannot be valid any more.
    ///
    /// # Panics
    /// If `n` is more than what was read.
    pub fn handle_payload(&mut self, n: usize) -> Result<(), ProtocolError> {
        match &mut self.frame {
            Some(frame) => self.assembler.accept(frame, n),
            None => Ok(()),
        }
    }

    /// Returns how many bytes of the current data frame's payload have not arrived yet; 0 between frames.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.frame.as_ref().map_or(0, |frame| frame.remaining as u64)
    }

    /// Finds the commonest frame by far, a whole message of a client in at most 125 bytes, without building its header.
    ///
    /// Returns the first byte, the masking key, and where the frame ends. `None` is no verdict: the frame is then decoded with every
    /// check.
    #[inline]
    fn find_short_message(&self, input: &[u8]) -> Option<(u8, [u8; 4], usize)> {
        let &[opcode @ (WHOLE_TEXT | WHOLE_BINARY), length, a, b, c, d, ref rest @ ..] = input else {
            return None;
        };
        // Without the mask bit this wraps beyond every short length.
        let length = usize::from(length.wrapping_sub(MASK_BIT));
        let is_whole = length <= MAX_CONTROL_PAYLOAD && length <= rest.len();
        let is_allowed = length <= self.limits.max_frame_size && length <= self.limits.max_message_size;
        (is_whole && is_allowed && self.role == Role::Server).then_some((opcode, [a, b, c, d], SHORT_HEADER + length))
    }

    /// Decodes a frame of any kind between messages.
    #[inline(never)]
    fn poll_frame<'a>(&'a mut self, input: &'a mut [u8]) -> Polled<'a> {
        let Some((header, start)) = FrameHeader::parse(input)? else {
            return Ok((None, input));
        };
        self.check_header(&header)?;
        if header.fin
            && let Some(end) = end_of_frame(&header, start, input.len())
        {
            let (frame, rest) = input.split_at_mut(end);
            let event = if header.rsv == RSV1 {
                self.compressed_frame(&header, &mut frame[start..])?
            } else {
                whole_frame(&header, &mut frame[start..])?
            };
            return Ok((Some(event), rest));
        }
        if header.opcode.is_control() {
            return Ok((None, input));
        }
        self.begin_frame(&header);
        self.poll_message(start, input)
    }

    /// Frees what was lent, or goes on with an open message.
    #[inline(never)]
    fn poll_assembled<'a>(&'a mut self, input: &'a mut [u8]) -> Polled<'a> {
        self.assembler.release();
        if self.assembler.is_idle() { self.poll_event(input) } else { self.poll_message(0, input) }
    }

    /// Decodes inside an open message, from `used` on: the payload of its frames, and control frames between them.
    fn poll_message<'a>(&'a mut self, mut used: usize, input: &'a mut [u8]) -> Polled<'a> {
        loop {
            if let Some(frame) = &mut self.frame {
                let end = used + frame.remaining.min(input.len() - used);
                self.assembler.append(frame, &input[used..end], self.limits.max_message_size)?;
                used = end;
                if frame.remaining > 0 {
                    return Ok((None, &mut input[used..]));
                }
                if self.frame.take().is_some_and(|frame| frame.fin) {
                    return Ok((
                        Some(self.assembler.finish(self.inflation.as_mut(), self.limits.max_message_size)?.into()),
                        &mut input[used..],
                    ));
                }
            }
            let Some((header, start)) = FrameHeader::parse(&input[used..])? else {
                return Ok((None, &mut input[used..]));
            };
            self.check_header(&header)?;
            let start = used + start;
            if header.opcode.is_control() {
                let Some(end) = end_of_frame(&header, start, input.len()) else {
                    return Ok((None, &mut input[used..]));
                };
                let (frame, rest) = input.split_at_mut(end);
                return Ok((Some(whole_frame(&header, &mut frame[start..])?), rest));
            }
            self.begin_frame(&header);
            used = start;
        }
    }

    /// Unmasks and decompresses a whole message.
    fn compressed_frame(&mut self, header: &FrameHeader, payload: &mut [u8]) -> Result<Incoming<'_>, ProtocolError> {
        if let Some(key) = header.mask {
            mask::apply(payload, key, 0);
        }
        let (is_text, limit) = (header.opcode == Opcode::Text, self.limits.max_message_size);
        self.assembler.inflate(is_text, payload, self.inflation.as_mut(), limit).map(Incoming::from)
    }

    /// Begins a data frame that does not lie whole in the input, or is a part of a message. Its header is checked.
    fn begin_frame(&mut self, header: &FrameHeader) {
        if header.opcode != Opcode::Continuation {
            self.fragments = 0;
            self.assembler.begin(Kind { is_text: header.opcode == Opcode::Text, is_compressed: header.rsv == RSV1 });
        }
        self.fragments += 1;
        // A length beyond `usize` is over every limit, so `check_header` has refused it.
        let remaining = usize::try_from(header.length).unwrap_or(usize::MAX);
        self.frame = Some(FramePayload { fin: header.fin, mask: header.mask, received: 0, remaining });
    }

    /// Checks what the header alone cannot know: reserved bits, mask, place in the message, and limits.
    #[inline]
    fn check_header(&self, header: &FrameHeader) -> Result<(), ProtocolError> {
        let is_masked = header.mask.is_some();
        let is_rsv_allowed = header.rsv == 0
            || header.rsv == RSV1 && self.inflation.is_some() && matches!(header.opcode, Opcode::Text | Opcode::Binary);
        if !is_rsv_allowed || is_masked != (self.role == Role::Server) {
            return Err(bad_bits(header, is_rsv_allowed));
        }
        if header.opcode.is_control() {
            return Ok(());
        }
        let is_continuation = header.opcode == Opcode::Continuation;
        let length = header.length.saturating_add(self.assembler.len() as u64);
        if is_continuation != self.assembler.is_open()
            || header.length > self.limits.max_frame_size as u64
            || length > self.limits.max_message_size as u64
            || is_continuation && self.fragments >= self.limits.max_fragments
        {
            return Err(self.bad_data_frame(header, length));
        }
        Ok(())
    }

    #[cold]
    fn bad_data_frame(&self, header: &FrameHeader, length: u64) -> ProtocolError {
        let Limits { max_frame_size, max_message_size, max_fragments } = *self.limits;
        match header.opcode {
            Opcode::Continuation if !self.assembler.is_open() => ProtocolError::UnexpectedContinuation,
            opcode if opcode != Opcode::Continuation && self.assembler.is_open() => {
                ProtocolError::MissingContinuation { opcode }
            }
            _ if header.length > max_frame_size as u64 => {
                ProtocolError::FrameTooLarge { length: header.length, limit: max_frame_size }
            }
            _ if length <= max_message_size as u64 => ProtocolError::TooManyFragments { limit: max_fragments },
            _ => ProtocolError::MessageTooLarge { length, limit: max_message_size },
        }
    }
}

impl<'a> From<Assembled<'a>> for Incoming<'a> {
    fn from(message: Assembled<'a>) -> Self {
        match message {
            Assembled::Text(text) => Self::Text(text),
            Assembled::Binary(data) => Self::Binary(data),
        }
    }
}

#[cold]
fn bad_bits(header: &FrameHeader, is_rsv_allowed: bool) -> ProtocolError {
    match header.mask {
        _ if !is_rsv_allowed => ProtocolError::ReservedBits { bits: header.rsv },
        Some(_) => ProtocolError::UnexpectedMask,
        None => ProtocolError::MissingMask,
    }
}

/// Returns where the frame ends, if it ends inside the input.
#[inline]
fn end_of_frame(header: &FrameHeader, start: usize, len: usize) -> Option<usize> {
    let length = usize::try_from(header.length).ok()?;
    (length <= len - start).then_some(start + length)
}

/// Unmasks a frame that is whole and, if it carries data, a message of its own.
#[inline]
fn whole_frame<'a>(header: &FrameHeader, payload: &'a mut [u8]) -> Result<Incoming<'a>, ProtocolError> {
    if let Some(key) = header.mask {
        mask::apply(payload, key, 0);
    }
    match header.opcode {
        Opcode::Text => text(payload),
        Opcode::Binary | Opcode::Continuation => Ok(Incoming::Binary(payload)),
        Opcode::Ping => Ok(Incoming::Ping(payload)),
        Opcode::Pong => Ok(Incoming::Pong(payload)),
        Opcode::Close => close::parse_payload(payload).map(|(code, reason)| Incoming::Close(code, reason)),
    }
}

#[inline]
fn text(payload: &[u8]) -> Result<Incoming<'_>, ProtocolError> {
    simdutf8::basic::from_utf8(payload).map(Incoming::Text).map_err(|_| ProtocolError::InvalidUtf8)
}

const WHOLE_TEXT: u8 = FIN_BIT | Opcode::Text.as_u8();
const WHOLE_BINARY: u8 = FIN_BIT | Opcode::Binary.as_u8();
const SHORT_HEADER: usize = 6; // bytes: two, and the masking key

#[cfg(test)]
mod tests;
