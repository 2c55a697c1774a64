//! Control frames ahead of the messages that are being handled.
//!
//! While a callback runs, its connection reads on. What is read is not decoded yet, the messages wait for their turn; but a ping
//! wants an answer now, and a close frame is news. This walks from header to header over bytes that stay where they are.

use crate::frame::{FrameHeader, MAX_CONTROL_PAYLOAD, MAX_HEADER};
use crate::mask;
use crate::opcode::Opcode;

/// Walks over the frames that are read but not decoded.
#[derive(Clone, Debug)]
pub struct Lookahead {
    /// Where the next header begins, counted from the first byte that is not decoded; `None` once the bytes make no sense, which
    /// is for the decoder to report.
    next: Option<u64>,
}

/// A control frame that lies ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlAhead {
    /// Close, ping, or pong.
    pub opcode: Opcode,
    payload: [u8; MAX_CONTROL_PAYLOAD],
    length: usize,
}

impl Lookahead {
    /// Begins behind the `skip` bytes that the current frame still lacks.
    #[must_use]
    pub const fn new(skip: u64) -> Self {
        Self { next: Some(skip) }
    }

    /// Returns the next control frame that is whole.
    ///
    /// The bytes that are not decoded lie in two parts. Between calls the first stays the same, and the second may grow at its
    /// end.
    pub fn poll_control(&mut self, first: &[u8], second: &[u8]) -> Option<ControlAhead> {
        loop {
            let at = usize::try_from(self.next?).ok()?;
            let mut head = [0; MAX_HEADER];
            let filled = copy(first, second, at, &mut head);
            let Ok(parsed) = FrameHeader::parse(&head[..filled]) else {
                self.next = None;
                return None;
            };
            let (header, length) = parsed?;
            let start = at + length;
            let control = header.opcode.is_control().then(|| ControlAhead::read(&header, first, second, start));
            match control {
                // Not whole yet.
                Some(None) => return None,
                Some(Some(control)) => {
                    self.next = Some(start as u64 + header.length);
                    return Some(control);
                }
                None => self.next = (start as u64).checked_add(header.length),
            }
        }
    }
}

impl ControlAhead {
    /// Returns the payload, unmasked.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload[..self.length]
    }

    fn read(header: &FrameHeader, first: &[u8], second: &[u8], start: usize) -> Option<Self> {
        let mut payload = [0; MAX_CONTROL_PAYLOAD];
        let length = usize::try_from(header.length).ok()?;
        let target = payload.get_mut(..length)?;
        if copy(first, second, start, target) < length {
            return None;
        }
        if let Some(key) = header.mask {
            mask::apply(target, key, 0);
        }
        Some(Self { opcode: header.opcode, payload, length })
    }
}

/// Copies bytes of the two parts, from an offset into their concatenation on, and returns how many there were.
fn copy(first: &[u8], second: &[u8], at: usize, target: &mut [u8]) -> usize {
    let rest = second.get(at.saturating_sub(first.len())..).unwrap_or_default();
    let bytes = first.get(at..).unwrap_or_default().iter().chain(rest);
    target.iter_mut().zip(bytes).map(|(target, byte)| *target = *byte).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::encode_frame;

    const KEY: Option<[u8; 4]> = Some([1, 2, 3, 4]);

    fn wire() -> Vec<u8> {
        let mut wire = b"rest".to_vec();
        encode_frame(&mut wire, false, Opcode::Text, &[b'x'; 300], KEY);
        encode_frame(&mut wire, true, Opcode::Ping, b"one", KEY);
        encode_frame(&mut wire, true, Opcode::Continuation, b"", KEY);
        encode_frame(&mut wire, true, Opcode::Ping, &[7; 125], KEY);
        encode_frame(&mut wire, true, Opcode::Binary, &vec![0; 70_000], KEY);
        encode_frame(&mut wire, true, Opcode::Close, b"\x03\xE8bye", KEY);
        wire
    }

    #[test]
    fn control_frames_are_found_wherever_the_parts_meet_and_however_they_arrive() {
        let wire = wire();
        let splits = (0..wire.len()).filter(|split| !(500..70_500).contains(split));
        for split in splits {
            let (first, second) = wire.split_at(split);
            let mut lookahead = Lookahead::new(4);
            let mut found = Vec::new();
            for arrived in [0, second.len() / 2, second.len()] {
                while let Some(control) = lookahead.poll_control(first, &second[..arrived]) {
                    found.push((control.opcode, control.payload().to_vec()));
                }
            }
            let expected = [
                (Opcode::Ping, b"one".to_vec()),
                (Opcode::Ping, vec![7; 125]),
                (Opcode::Close, b"\x03\xE8bye".to_vec()),
            ];
            assert_eq!(found, expected, "{split}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_left_to_the_decoder() {
        let mut lookahead = Lookahead::new(0);
        assert_eq!(lookahead.poll_control(&[0x83, 0x80, 0, 0, 0, 0], b""), None);
        let mut ping = Vec::new();
        encode_frame(&mut ping, true, Opcode::Ping, b"", KEY);
        assert_eq!(lookahead.poll_control(&ping, b""), None);
    }

    #[test]
    fn a_length_beyond_everything_is_walked_over() {
        let mut lookahead = Lookahead::new(0);
        let mut header = vec![0x82, 0xFF];
        header.extend_from_slice(&(u64::MAX >> 1).to_be_bytes());
        header.extend_from_slice(&[0; 4]);
        assert_eq!(lookahead.poll_control(&header, b""), None);
        assert_eq!(lookahead.poll_control(&header, &[0x89; 100]), None);
    }
}
