//! The end of a connection after our own close frame: everything is thrown away until the peer's close frame.

use crate::close::{self, CloseCode};
use crate::error::ProtocolError;
use crate::frame::{FrameHeader, MAX_CONTROL_PAYLOAD, MAX_HEADER};
use crate::mask;
use crate::opcode::Opcode;

/// Looks for the peer's close frame in what it still sends:
/// [RFC 6455 §7.1.2](https://www.rfc-editor.org/rfc/rfc6455#section-7.1.2).
///
/// Payloads are skipped, not stored and not validated; only the 139 bytes of one control frame are ever held. There is no limit on what is
/// skipped: the caller gives up after a time.
#[derive(Clone, Debug)]
pub struct CloseSeeker {
    skip: u64,
    held: [u8; MAX_HELD],
    len: usize,
}

impl CloseSeeker {
    /// Makes a seeker that first skips the rest of a frame: [`Protocol::remaining`](crate::protocol::Protocol::remaining).
    #[must_use]
    pub const fn new(skip: u64) -> Self {
        Self { skip, held: [0; MAX_HELD], len: 0 }
    }

    /// Looks through the next bytes and returns the close frame's code and reason when it is complete.
    ///
    /// What follows the close frame is ignored. Nothing may be pushed after a result or an error.
    ///
    /// # Errors
    /// The header of a frame or the close frame breaks the protocol. The connection is to be dropped: our close frame is already
    /// sent.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<Option<(CloseCode, String)>, ProtocolError> {
        loop {
            bytes = self.skip(bytes);
            let [byte, rest @ ..] = bytes else { return Ok(None) };
            bytes = rest;
            self.held[self.len] = *byte;
            self.len += 1;
            if let Some(found) = self.examine()? {
                return Ok(Some(found));
            }
        }
    }

    /// Drops what belongs to a frame that is not wanted.
    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= skipped as u64;
        &bytes[skipped..]
    }

    /// Decides what to do with the frame that begins in the held bytes.
    fn examine(&mut self) -> Result<Option<(CloseCode, String)>, ProtocolError> {
        let Some((header, start)) = FrameHeader::parse(&self.held[..self.len])? else { return Ok(None) };
        if header.opcode != Opcode::Close {
            self.skip = header.length;
            self.len = 0;
            return Ok(None);
        }
        let payload = &mut self.held[start..self.len];
        if (payload.len() as u64) < header.length {
            return Ok(None);
        }
        if let Some(key) = header.mask {
            mask::apply(payload, key, 0);
        }
        let (code, reason) = close::parse_payload(payload)?;
        Ok(Some((code, reason.to_owned())))
    }
}

const MAX_HELD: usize = MAX_HEADER + MAX_CONTROL_PAYLOAD;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::close::CloseFrame;
    use crate::frame::encode_frame;

    const KEY: Option<[u8; 4]> = Some([0x81, 0x88, 0xFE, 0x03]);

    /// Frames that a peer may still send, one in each form of length, and the close frame.
    fn wire(reason: &'static str) -> Vec<u8> {
        let mut wire = Vec::new();
        // What looks like a close frame inside a payload must not be found.
        encode_frame(&mut wire, false, Opcode::Text, b"\x88\x02\x03\xE8", None);
        encode_frame(&mut wire, true, Opcode::Ping, b"\x88\x00", KEY);
        encode_frame(&mut wire, true, Opcode::Continuation, &[0x88; 300], KEY);
        encode_frame(&mut wire, true, Opcode::Binary, b"", None);
        CloseFrame::policy_violation(reason).encode(&mut wire, KEY);
        wire.extend_from_slice(b"\xFF\xFF garbage after the end");
        wire
    }

    fn seek<'a>(
        skip: u64,
        pieces: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Option<(CloseCode, String)>, ProtocolError> {
        let mut seeker = CloseSeeker::new(skip);
        pieces.into_iter().find_map(|piece| seeker.push(piece).transpose()).transpose()
    }

    #[test]
    fn the_close_frame_is_found_wherever_the_bytes_are_cut() {
        for reason in ["", "bye", str::from_utf8(&[b'x'; 123]).unwrap()] {
            let wire = wire(reason);
            let found = Ok(Some((CloseCode::POLICY_VIOLATION, reason.to_owned())));
            assert_eq!(seek(0, [&wire[..]]), found);
            for cut in 0..wire.len() {
                assert_eq!(seek(0, [&wire[..cut], &wire[cut..]]), found, "cut at {cut}");
            }
            for size in 1..20 {
                assert_eq!(seek(0, wire.chunks(size)), found, "pieces of {size}");
            }
        }
    }

    #[test]
    fn the_rest_of_a_frame_is_skipped_first() {
        for skip in [1, 7, 100_000_u64] {
            let rest = vec![0x88; usize::try_from(skip).unwrap()];
            let found = Ok(Some((CloseCode::POLICY_VIOLATION, String::new())));
            assert_eq!(seek(skip, [&rest[..], &wire("")]), found);
            assert_eq!(seek(skip, [rest, wire("")].concat().chunks(3)), found);
        }
        assert_eq!(seek(u64::MAX, [&wire("")[..]]), Ok(None));
    }

    #[test]
    fn an_announced_length_costs_no_memory() {
        let mut seeker = CloseSeeker::new(0);
        assert_eq!(seeker.push(b"\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), Ok(None));
        assert_eq!(seeker.push(&[0x88; 10_000]), Ok(None));
        assert!(size_of::<CloseSeeker>() <= 160);
    }

    #[test]
    fn an_empty_close_frame_has_no_status() {
        assert_eq!(seek(0, [&b"\x88\x00"[..]]), Ok(Some((CloseCode::NO_STATUS, String::new()))));
        assert_eq!(seek(0, [&b"\x88\x80\x01\x02\x03"[..], b"\x04"]), Ok(Some((CloseCode::NO_STATUS, String::new()))));
    }

    #[test]
    fn broken_frames_are_errors() {
        let table: [(&[u8], ProtocolError); 6] = [
            (b"\x83\x00", ProtocolError::UnknownOpcode { opcode: 3 }),
            (b"\x08\x00", ProtocolError::FragmentedControlFrame { opcode: Opcode::Close }),
            (b"\x88\x7E", ProtocolError::ControlFrameTooLarge { opcode: Opcode::Close }),
            (b"\x88\x01\x03", ProtocolError::ClosePayloadTooShort),
            (b"\x88\x02\x03\xED", ProtocolError::InvalidCloseCode { code: 1005 }),
            (b"\x88\x03\x03\xE8\xFF", ProtocolError::InvalidCloseReason),
        ];
        for (bytes, error) in table {
            assert_eq!(seek(0, [bytes]), Err(error), "{bytes:x?}");
            assert_eq!(seek(0, bytes.chunks(1)), Err(error), "{bytes:x?}");
        }
    }
}
