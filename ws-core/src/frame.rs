//! Frames: the header in both directions, and how payloads are wrapped in frames.

use crate::copy;
use crate::error::ProtocolError;
use crate::mask;
use crate::opcode::Opcode;

/// Everything in front of a frame's payload: [RFC 6455 §5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Whether the frame is the last of its message.
    pub fin: bool,
    /// RSV1, RSV2, and RSV3 as a three-bit number.
    pub rsv: u8,
    /// What the frame carries.
    pub opcode: Opcode,
    /// The masking key.
    pub mask: Option<[u8; 4]>,
    /// The length of the payload in bytes.
    pub length: u64,
}

impl FrameHeader {
    /// Reads the header at the beginning of `bytes` and returns it with its own length.
    ///
    /// `None`: the header is not complete yet. Rules that depend on the role, on extensions, or on other frames are left to
    /// [`Protocol`](crate::protocol::Protocol).
    ///
    /// # Errors
    /// [`ProtocolError::UnknownOpcode`]; for control frames [`ProtocolError::FragmentedControlFrame`] and
    /// [`ProtocolError::ControlFrameTooLarge`]; [`ProtocolError::NonMinimalLength`] and [`ProtocolError::LengthOverflow`].
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, ProtocolError> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        let Some(opcode) = Opcode::from_u8(first & OPCODE_BITS) else {
            return Err(unknown_opcode(*first));
        };
        let fin = first & FIN_BIT != 0;
        let length = second & LENGTH_BITS;
        if opcode.is_control() && (!fin || usize::from(length) > MAX_CONTROL_PAYLOAD) {
            return Err(bad_control_frame(opcode, fin));
        }
        let Some((length, rest)) = parse_length(length, rest)? else {
            return Ok(None);
        };
        let (mask, rest) = if second & MASK_BIT == 0 {
            (None, rest)
        } else {
            let Some((key, rest)) = rest.split_first_chunk() else {
                return Ok(None);
            };
            (Some(*key), rest)
        };
        let header = Self { fin, rsv: (first & RSV_BITS) >> RSV_SHIFT, opcode, mask, length };
        Ok(Some((header, bytes.len() - rest.len())))
    }

    /// Appends the header to `out`, with the length in its shortest form.
    #[inline]
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mask_bit = if self.mask.is_some() { MASK_BIT } else { 0 };
        let first = first_byte(self.fin, self.rsv, self.opcode);
        if let Ok(length @ ..=MAX_SHORT) = u8::try_from(self.length) {
            out.extend_from_slice(&[first, mask_bit | length]);
        } else if let Ok(length) = u16::try_from(self.length) {
            let [high, low] = length.to_be_bytes();
            out.extend_from_slice(&[first, mask_bit | LENGTH_IS_U16, high, low]);
        } else {
            out.extend_from_slice(&[first, mask_bit | LENGTH_IS_U64]);
            out.extend_from_slice(&self.length.to_be_bytes());
        }
        if let Some(key) = self.mask {
            out.extend_from_slice(&key);
        }
    }
}

/// How the payload of a message is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// By `permessage-deflate`: the first frame says so with RSV1
    /// ([RFC 7692 §6](https://www.rfc-editor.org/rfc/rfc7692#section-6)).
    Deflated,
    /// As it is.
    Plain,
}

/// Appends one whole frame to `out`.
///
/// `mask` is the client's key for this frame; the copy in `out` is masked, `payload` is left alone.
pub fn encode_frame(out: &mut Vec<u8>, fin: bool, opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>) {
    encode_payload(out, &FrameHeader { fin, rsv: 0, opcode, mask, length: payload.len() as u64 }, payload);
}

/// Appends a server's plain message, or control frame, to `out`, as one frame: the commonest of all.
#[inline]
pub fn encode_plain(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    match u8::try_from(payload.len()) {
        Ok(length @ ..=MAX_SHORT) => {
            out.reserve(2 + payload.len());
            out.extend_from_slice(&[first_byte(true, 0, opcode), length]);
            out.extend_from_slice(payload);
        }
        _ => encode_frame(out, true, opcode, payload, None),
    }
}

/// Appends a message to `out`, as frames of at most `max_frame_size` bytes of payload:
/// [RFC 6455 §5.4](https://www.rfc-editor.org/rfc/rfc6455#section-5.4).
///
/// `next_mask` gives the client's key for each frame, which must be unpredictable
/// ([RFC 6455 §10.3](https://www.rfc-editor.org/rfc/rfc6455#section-10.3)); a server passes `None`. A `max_frame_size` of 0
/// counts as 1.
#[inline]
pub fn encode_message(
    out: &mut Vec<u8>,
    opcode: Opcode,
    coding: Coding,
    payload: &[u8],
    max_frame_size: usize,
    mut next_mask: Option<&mut dyn FnMut() -> [u8; 4]>,
) {
    let mut next_mask = || next_mask.as_mut().map(|next_mask| next_mask());
    if payload.len() <= max_frame_size {
        let header = FrameHeader { mask: next_mask(), ..whole(opcode, coding, payload) };
        encode_payload(out, &header, payload);
    } else {
        let fragments = fragments(opcode, coding, payload, max_frame_size);
        // The masking keys are part of it: four bytes a frame are little beside one reallocation.
        out.reserve(payload.len() + fragments.len() * MAX_HEADER);
        encode_fragments(out, fragments, &mut next_mask);
    }
}

/// Divides a message into frames of at most `max_frame_size` bytes of payload, without masks. A `max_frame_size` of 0 counts as 1.
#[must_use]
pub fn fragments(
    opcode: Opcode,
    coding: Coding,
    payload: &[u8],
    max_frame_size: usize,
) -> impl ExactSizeIterator<Item = (FrameHeader, &[u8])> {
    let max_frame_size = max_frame_size.max(1);
    let count = payload.len().div_ceil(max_frame_size).max(1);
    (0..count).map(move |index| {
        let start = index * max_frame_size;
        let fragment = &payload[start..payload.len().min(start + max_frame_size)];
        let header = FrameHeader { fin: index + 1 == count, ..whole(opcode, coding, fragment) };
        let rest = FrameHeader { rsv: 0, opcode: Opcode::Continuation, ..header };
        (if index == 0 { header } else { rest }, fragment)
    })
}

#[inline]
fn whole(opcode: Opcode, coding: Coding, payload: &[u8]) -> FrameHeader {
    FrameHeader { fin: true, rsv: rsv(coding), opcode, mask: None, length: payload.len() as u64 }
}

const fn rsv(coding: Coding) -> u8 {
    match coding {
        Coding::Deflated => RSV1,
        Coding::Plain => 0,
    }
}

#[inline]
const fn first_byte(fin: bool, rsv: u8, opcode: Opcode) -> u8 {
    let fin_bit = if fin { FIN_BIT } else { 0 };
    fin_bit | ((rsv << RSV_SHIFT) & RSV_BITS) | opcode.as_u8()
}

#[inline(never)]
fn encode_fragments<'p>(
    out: &mut Vec<u8>,
    fragments: impl ExactSizeIterator<Item = (FrameHeader, &'p [u8])>,
    next_mask: &mut dyn FnMut() -> Option<[u8; 4]>,
) {
    for (header, fragment) in fragments {
        encode_payload(out, &FrameHeader { mask: next_mask(), ..header }, fragment);
    }
}

#[inline]
fn encode_payload(out: &mut Vec<u8>, header: &FrameHeader, payload: &[u8]) {
    out.reserve(MAX_HEADER + payload.len());
    header.encode(out);
    let start = out.len();
    copy::append(out, payload);
    if let Some(key) = header.mask {
        mask::apply(&mut out[start..], key, 0);
    }
}

/// Reads the rest of the length; `None` if it is not complete yet.
#[inline]
fn parse_length(short: u8, rest: &[u8]) -> Result<Option<(u64, &[u8])>, ProtocolError> {
    let (length, shortest, rest) = match short {
        LENGTH_IS_U16 => {
            let Some((length, rest)) = rest.split_first_chunk() else {
                return Ok(None);
            };
            (u64::from(u16::from_be_bytes(*length)), u64::from(LENGTH_IS_U16), rest)
        }
        LENGTH_IS_U64 => {
            let Some((length, rest)) = rest.split_first_chunk() else {
                return Ok(None);
            };
            (u64::from_be_bytes(*length), u64::from(u16::MAX) + 1, rest)
        }
        short => (u64::from(short), 0, rest),
    };
    if length >= shortest && length <= MAX_LENGTH { Ok(Some((length, rest))) } else { Err(bad_length(length)) }
}

#[cold]
fn bad_length(length: u64) -> ProtocolError {
    if length > MAX_LENGTH {
        ProtocolError::LengthOverflow { length }
    } else {
        ProtocolError::NonMinimalLength { length }
    }
}

#[cold]
fn bad_control_frame(opcode: Opcode, fin: bool) -> ProtocolError {
    if fin { ProtocolError::ControlFrameTooLarge { opcode } } else { ProtocolError::FragmentedControlFrame { opcode } }
}

#[cold]
fn unknown_opcode(first: u8) -> ProtocolError {
    ProtocolError::UnknownOpcode { opcode: first & OPCODE_BITS }
}

/// The longest payload of a control frame in bytes, and the longest that the header's short length can say:
/// [RFC 6455 §5.5](https://www.rfc-editor.org/rfc/rfc6455#section-5.5).
pub const MAX_CONTROL_PAYLOAD: usize = 125;

/// RSV1 in [`FrameHeader::rsv`]: on the first frame of a compressed message, [RFC 7692 §6](https://www.rfc-editor.org/rfc/rfc7692#section-6).
pub const RSV1: u8 = 0b100;

/// The longest header in bytes: two bytes, a 64-bit length, and a masking key.
pub const MAX_HEADER: usize = 14;

pub(crate) const FIN_BIT: u8 = 0x80;
const RSV_BITS: u8 = 0x70;
const RSV_SHIFT: u32 = 4;
const OPCODE_BITS: u8 = 0x0F;
pub(crate) const MASK_BIT: u8 = 0x80;
const LENGTH_BITS: u8 = 0x7F;
const MAX_SHORT: u8 = 125;
const LENGTH_IS_U16: u8 = 126;
const LENGTH_IS_U64: u8 = 127;
const MAX_LENGTH: u64 = u64::MAX >> 1; // bytes, RFC 6455 §5.2: the most significant bit must be 0

#[cfg(test)]
mod tests;
