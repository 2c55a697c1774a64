//! A byte stream that is decoded as a connection does it, in pieces of any size.

use bytes::BufMut as _;
use ws_core::error::ProtocolError;
use ws_core::protocol::{Incoming, Protocol};

/// An [`Incoming`] that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Binary(Vec<u8>),
    Close(u16, String),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Text(String),
}

/// What has come of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) events: Vec<Event>,
    pub(crate) error: Option<ProtocolError>,
}

/// Where the rest of a frame is read into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The buffer that everything is read into.
    Buffered,
    /// The message itself, past the buffer.
    Direct,
}

/// Decodes `stream` to its end, to a close frame, or to an error. Each read takes the next of `sizes`, and when there is none
/// everything that is left.
pub(crate) fn decode(
    protocol: &mut Protocol,
    stream: &[u8],
    reading: Reading,
    sizes: impl Iterator<Item = usize>,
) -> Decoded {
    let mut decoded = Decoded::default();
    decoded.error = decode_into(protocol, stream, reading, sizes, &mut decoded.events).err();
    decoded
}

fn decode_into(
    protocol: &mut Protocol,
    mut stream: &[u8],
    reading: Reading,
    mut sizes: impl Iterator<Item = usize>,
    events: &mut Vec<Event>,
) -> Result<(), ProtocolError> {
    let mut buffer = Vec::new();
    while !poll_events(protocol, &mut buffer, events)? && !stream.is_empty() {
        let size = sizes.next().unwrap_or(stream.len()).clamp(1, stream.len());
        let count = if reading == Reading::Direct && protocol.remaining() > 0 {
            assert!(buffer.is_empty(), "bytes of a frame stay in the buffer: {buffer:x?}");
            read_payload(protocol, &stream[..size])?
        } else {
            buffer.extend_from_slice(&stream[..size]);
            size
        };
        stream = &stream[count..];
    }
    Ok(())
}

/// Takes all events out of the buffer. Returns whether the last was a close frame.
fn poll_events(protocol: &mut Protocol, buffer: &mut Vec<u8>, events: &mut Vec<Event>) -> Result<bool, ProtocolError> {
    let mut start = 0;
    loop {
        let (incoming, rest) = protocol.poll_event(&mut buffer[start..])?;
        let event = incoming.map(Event::from);
        let left = rest.len();
        start = buffer.len() - left;
        let is_close = matches!(event, Some(Event::Close(..)));
        let is_done = event.is_none();
        events.extend(event);
        if is_close {
            return Ok(true);
        }
        if is_done {
            break;
        }
    }
    buffer.drain(..start);
    assert!(buffer.len() < MAX_UNDECODED, "{} bytes stay undecoded", buffer.len());
    Ok(false)
}

fn read_payload(protocol: &mut Protocol, bytes: &[u8]) -> Result<usize, ProtocolError> {
    let lacking = protocol.remaining();
    let mut target = protocol.payload_buffer().expect("a frame lacks bytes");
    let count = target.remaining_mut().min(bytes.len());
    assert!(count > 0, "there is no room for a frame that lacks bytes");
    assert!(target.remaining_mut() as u64 <= lacking, "there is room for more than the frame");
    target.put_slice(&bytes[..count]);
    protocol.handle_payload(count)?;
    assert_eq!(protocol.remaining(), lacking - count as u64);
    Ok(count)
}

impl From<Incoming<'_>> for Event {
    fn from(incoming: Incoming<'_>) -> Self {
        match incoming {
            Incoming::Text(text) => Self::Text(text.to_owned()),
            Incoming::Binary(data) => Self::Binary(data.to_vec()),
            Incoming::Ping(data) => Self::Ping(data.to_vec()),
            Incoming::Pong(data) => Self::Pong(data.to_vec()),
            Incoming::Close(code, reason) => Self::Close(code.as_u16(), reason.to_owned()),
        }
    }
}

/// What may have to stand in front of the next read, in bytes, as [`Protocol::poll_event`] promises.
const MAX_UNDECODED: usize = 140;
