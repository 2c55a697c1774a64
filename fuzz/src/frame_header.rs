//! Frame headers: what is read is written the same way, and the other way around.
//!
//! The input is the beginning of a stream, and after that what a header and a message are made of.

use arbitrary::Unstructured;
use ws_core::frame::{Coding, FrameHeader, MAX_CONTROL_PAYLOAD, MAX_HEADER, encode_message};
use ws_core::opcode::Opcode;
use ws_core::protocol::{Limits, Protocol, Role};

use crate::decoding::{Decoded, Event, Reading, decode};
use crate::{byte, bytes};

/// Checks both directions.
///
/// # Panics
/// When something does not hold.
pub fn run(data: &[u8]) {
    check_parsing(data);
    let mut source = Unstructured::new(data);
    check_encoding(&header(&mut source));
    check_message(&mut source);
}

/// A header is read once it is whole, is never longer than the longest, and is written as it was read.
fn check_parsing(data: &[u8]) {
    match FrameHeader::parse(data) {
        Ok(Some((header, length))) => {
            assert!(length <= MAX_HEADER);
            assert!(header.length <= u64::MAX >> 1);
            if header.opcode.is_control() {
                assert!(header.fin && header.length <= MAX_CONTROL_PAYLOAD as u64);
            }
            let mut encoded = Vec::new();
            header.encode(&mut encoded);
            assert_eq!(encoded, data[..length]);
            for cut in 0..length {
                assert_eq!(FrameHeader::parse(&data[..cut]), Ok(None), "cut at {cut}");
            }
        }
        Ok(None) => assert!(data.len() < MAX_HEADER),
        // More bytes do not make it better, nor fewer another mistake.
        Err(error) => {
            assert_eq!(FrameHeader::parse(&[data, &[0; MAX_HEADER]].concat()), Err(error));
            for cut in 0..data.len().min(MAX_HEADER) {
                let shorter = FrameHeader::parse(&data[..cut]);
                assert!(shorter == Ok(None) || shorter == Err(error), "cut at {cut}: {shorter:?}");
            }
        }
    }
}

/// A header that may be sent is read as it was meant.
fn check_encoding(header: &FrameHeader) {
    let mut encoded = Vec::new();
    header.encode(&mut encoded);
    assert_eq!(FrameHeader::parse(&encoded), Ok(Some((*header, encoded.len()))));
}

/// A message arrives as it was sent, however it is fragmented.
fn check_message(source: &mut Unstructured<'_>) {
    let max_frame_size = usize::from(byte(source));
    let is_masked = byte(source) & 1 == 1;
    let payload = source.peek_bytes(source.len()).unwrap_or_default();
    let mut key = [0; 4];
    let mut next_mask = || {
        key = key.map(|byte: u8| byte.wrapping_mul(5).wrapping_add(3));
        key
    };
    let mut encoded = Vec::new();
    let next_mask = is_masked.then_some(&mut next_mask as &mut dyn FnMut() -> [u8; 4]);
    encode_message(&mut encoded, Opcode::Binary, Coding::Plain, payload, max_frame_size, next_mask);

    let role = if is_masked { Role::Server } else { Role::Client };
    let limits =
        Limits { max_frame_size: max_frame_size.max(1), max_message_size: payload.len(), max_fragments: u32::MAX };
    let decoded = decode(&mut Protocol::new(role, limits), &encoded, Reading::Buffered, std::iter::empty());
    assert_eq!(decoded, Decoded { events: vec![Event::Binary(payload.to_vec())], error: None });
}

fn header(source: &mut Unstructured<'_>) -> FrameHeader {
    let (first, mask_bit) = (byte(source), byte(source) & 1);
    let opcode = Opcode::from_u8(first & 0xF).unwrap_or(Opcode::Ping);
    let mask = (mask_bit == 1).then(|| source.arbitrary().unwrap_or_default());
    let length = bytes(source, 8).iter().fold(0, |length: u64, byte| length << 8 | u64::from(*byte));
    let is_control = opcode.is_control();
    let longest = if is_control { MAX_CONTROL_PAYLOAD as u64 } else { u64::MAX >> 1 };
    let (fin, rsv) = (first & 0x80 != 0 || is_control, first >> 4 & 0b111);
    FrameHeader { fin, rsv, opcode, mask, length: length.min(longest) }
}
