//! Compressed messages, whole and in fragments, of the thread's shared codec and of one with context takeover.

use super::*;
use crate::deflate::{Deflation, Inflation, Tuning};
use crate::frame::{Coding, encode_message};

fn compressing(deflation: &mut Deflation, messages: &[&[u8]], opcode: Opcode, max_frame_size: usize) -> Vec<u8> {
    let mut wire = Vec::new();
    for message in messages {
        let mut compressed = Vec::new();
        deflation.deflate(message, &mut compressed);
        encode_message(&mut wire, opcode, Coding::Deflated, &compressed, max_frame_size, Some(&mut || KEY));
    }
    wire
}

fn receive(wire: &[u8], piece: usize, inflation: Inflation) -> (Vec<Vec<u8>>, Option<ProtocolError>) {
    let mut protocol = Protocol::new(Role::Server, LIMITS).with_inflation(Some(inflation));
    let (mut input, mut messages) = (Vec::new(), Vec::new());
    for bytes in wire.chunks(piece) {
        input.extend_from_slice(bytes);
        loop {
            let (event, left) = match protocol.poll_event(&mut input) {
                Ok((event, rest)) => (event, rest.len()),
                Err(error) => return (messages, Some(error)),
            };
            match event {
                Some(Incoming::Text(text)) => messages.push(text.as_bytes().to_vec()),
                Some(Incoming::Binary(data)) => messages.push(data.to_vec()),
                Some(other) => panic!("{other:?}"),
                None => {
                    input.drain(..input.len() - left);
                    break;
                }
            }
            input.drain(..input.len() - left);
        }
    }
    (messages, None)
}

#[test]
fn rfc7692_6_compressed_messages_arrive_whole_however_they_are_cut() {
    let long = "Grüße ".repeat(99);
    let messages: [&[u8]; 4] = [b"Hello, Hello, Hello, Hello!", b"", long.as_bytes(), b"Hello again"];
    for max_frame_size in [1, 7, 1000] {
        for piece in [1, 2, 3, 10_000] {
            let mut shared = Deflation::shared(Tuning::default());
            let wire = compressing(&mut shared, &messages, Opcode::Text, max_frame_size);
            assert_eq!(receive(&wire, piece, Inflation::Shared), (messages.map(<[u8]>::to_vec).to_vec(), None));
            let mut dedicated = Deflation::dedicated(Tuning { window_bits: 9, ..Tuning::default() });
            let wire = compressing(&mut dedicated, &messages, Opcode::Binary, max_frame_size);
            let received = receive(&wire, piece, Inflation::Dedicated(None));
            assert_eq!(received, (messages.map(<[u8]>::to_vec).to_vec(), None));
        }
    }
}

#[test]
fn a_bomb_is_a_message_too_large() {
    let wire = compressing(&mut Deflation::shared(Tuning::default()), &[&vec![0; 5_000_000]], Opcode::Binary, 1 << 20);
    assert!(wire.len() < LIMITS.max_frame_size);
    let (messages, error) = receive(&wire, 1000, Inflation::Shared);
    assert_eq!(messages, Vec::<Vec<u8>>::new());
    assert!(matches!(error, Some(ProtocolError::MessageTooLarge { .. })), "{error:?}");
}

#[test]
fn a_compressed_text_that_is_not_utf8_is_an_error() {
    let wire = compressing(&mut Deflation::shared(Tuning::default()), &[b"a\xFFb"], Opcode::Text, 1 << 20);
    assert_eq!(receive(&wire, 1000, Inflation::Shared).1, Some(ProtocolError::InvalidUtf8));
}

#[test]
fn rfc7692_6_rsv1_stands_only_on_the_first_frame_of_a_message() {
    let mut wire = Vec::new();
    let message = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    for (rsv, fin, opcode) in [(4, false, Opcode::Text), (4, true, Opcode::Continuation)] {
        FrameHeader { fin, rsv, opcode, mask: Some([0; 4]), length: 7 }.encode(&mut wire);
        wire.extend_from_slice(&message);
    }
    assert_eq!(receive(&wire, 1000, Inflation::Shared).1, Some(ProtocolError::ReservedBits { bits: 4 }));
    for (rsv, opcode) in [(4, Opcode::Ping), (2, Opcode::Text), (6, Opcode::Text)] {
        let mut wire = Vec::new();
        FrameHeader { fin: true, rsv, opcode, mask: Some([0; 4]), length: 0 }.encode(&mut wire);
        assert_eq!(receive(&wire, 1000, Inflation::Shared).1, Some(ProtocolError::ReservedBits { bits: rsv }));
    }
}
