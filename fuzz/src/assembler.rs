//! The decoder: how a stream is cut into reads makes no difference to what comes of it.
//!
//! The input is the role, the compression, the limits, the sizes of the reads, and the stream.

use arbitrary::Unstructured;
use ws_core::closing::CloseSeeker;
use ws_core::deflate::Inflation;
use ws_core::lookahead::Lookahead;
use ws_core::opcode::Opcode;
use ws_core::protocol::{Limits, Protocol, Role};

use crate::decoding::{Decoded, Event, Reading, decode};
use crate::{byte, bytes};

/// Decodes a stream in one piece and in several, and looks for its control frames in the other ways that there are.
///
/// # Panics
/// When something does not hold.
pub fn run(data: &[u8]) {
    let mut source = Unstructured::new(data);
    let setup = Setup::new(&mut source);
    let sizes: Vec<usize> = bytes(&mut source, SIZES).iter().map(|size| usize::from(*size)).collect();
    let stream = source.take_rest();

    let whole = decode(&mut setup.protocol(), stream, Reading::Buffered, std::iter::empty());
    check_limits(&whole, setup.limits);
    for reading in [Reading::Buffered, Reading::Direct] {
        let in_pieces = decode(&mut setup.protocol(), stream, reading, sizes.iter().copied().cycle());
        assert_eq!(in_pieces, whole, "{reading:?} {sizes:?}");
        let bytewise = decode(&mut setup.protocol(), stream, reading, std::iter::repeat(1));
        assert_eq!(bytewise, whole, "{reading:?}, byte by byte");
    }
    // The other two do not check what the decoder checks: they are compared where it is content.
    if whole.error.is_none() {
        check_lookahead(stream, &sizes, &whole.events);
        check_close_seeker(stream, &sizes, &whole.events);
    }
}

/// The receiving half that is tried.
struct Setup {
    role: Role,
    compression: u8,
    limits: Limits,
}

impl Setup {
    fn new(source: &mut Unstructured<'_>) -> Self {
        let settings = byte(source);
        let role = if settings & 1 == 0 { Role::Server } else { Role::Client };
        // Small ones are met, and lengths are written in every form.
        let mut limit = || (usize::from(byte(source)) << (settings >> 4)) + 1;
        let (max_frame_size, max_message_size) = (limit(), limit());
        let limits = Limits { max_frame_size, max_message_size, max_fragments: u32::from(byte(source)) + 1 };
        Self { role, compression: settings >> 1 & 0b11, limits }
    }

    fn protocol(&self) -> Protocol {
        let inflation = match self.compression {
            0 | 1 => None,
            2 => Some(Inflation::Shared),
            _ => Some(Inflation::Dedicated(None)),
        };
        Protocol::new(self.role, self.limits).with_inflation(inflation)
    }
}

fn check_limits(decoded: &Decoded, limits: Limits) {
    for event in &decoded.events {
        let (length, limit) = match event {
            Event::Binary(data) => (data.len(), limits.max_message_size),
            Event::Text(text) => (text.len(), limits.max_message_size),
            Event::Ping(data) | Event::Pong(data) => (data.len(), 125),
            Event::Close(_, reason) => (reason.len(), 123),
        };
        assert!(length <= limit, "{event:?} is longer than {limit} bytes");
    }
}

/// The control frames that are seen ahead are those that are decoded later.
fn check_lookahead(stream: &[u8], sizes: &[usize], events: &[Event]) {
    let mut expected = events.iter().filter_map(|event| match event {
        Event::Ping(data) => Some((Opcode::Ping, data.clone())),
        Event::Pong(data) => Some((Opcode::Pong, data.clone())),
        Event::Close(1005, _) => Some((Opcode::Close, Vec::new())),
        Event::Close(code, reason) => Some((Opcode::Close, [&code.to_be_bytes()[..], reason.as_bytes()].concat())),
        Event::Binary(_) | Event::Text(_) => None,
    });
    let split = sizes.first().copied().unwrap_or_default().min(stream.len());
    let (first, second) = stream.split_at(split);
    let mut lookahead = Lookahead::new(0);
    for arrived in [0, second.len() / 2, second.len()] {
        while let Some(control) = lookahead.poll_control(first, &second[..arrived]) {
            let found = (control.opcode, control.payload().to_vec());
            assert_eq!(Some(&found), expected.next().as_ref());
            if control.opcode == Opcode::Close {
                return;
            }
        }
    }
    assert_eq!(expected.next(), None, "a control frame was not seen ahead");
}

/// The close frame that is looked for when nothing else matters is the one that is decoded.
fn check_close_seeker(stream: &[u8], sizes: &[usize], events: &[Event]) {
    let expected = events.iter().find_map(|event| match event {
        Event::Close(code, reason) => Some((*code, reason.clone())),
        _ => None,
    });
    let mut seeker = CloseSeeker::new(0);
    let mut pieces = stream.chunks(sizes.first().copied().unwrap_or_default().max(1));
    let found = pieces.find_map(|piece| seeker.push(piece).transpose());
    let found = found.map(|found| found.expect("the decoder found no mistake"));
    assert_eq!(found.map(|(code, reason)| (code.as_u16(), reason)), expected);
}

const SIZES: usize = 4;
