//! The peer that the tests play: it writes frames by hand and cuts its bytes wherever it likes.

use bytes::BufMut as _;

use super::*;
use crate::frame::encode_frame;

#[cfg(feature = "deflate")]
mod compressed;
mod rules;
mod splits;

/// An [`Incoming`] that outlives its input.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(CloseCode, String),
}

impl From<Incoming<'_>> for Event {
    fn from(event: Incoming<'_>) -> Self {
        match event {
            Incoming::Text(text) => Self::Text(text.to_owned()),
            Incoming::Binary(data) => Self::Binary(data.to_owned()),
            Incoming::Ping(data) => Self::Ping(data.to_owned()),
            Incoming::Pong(data) => Self::Pong(data.to_owned()),
            Incoming::Close(code, reason) => Self::Close(code, reason.to_owned()),
        }
    }
}

/// How the driver reads the rest of a data frame that is partly there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Always through the input.
    Input,
    /// Straight into the message.
    Direct,
}

/// A connection's receiving half with its driver: keeps what is left of the input, stops at an error or a close frame.
struct Receiver {
    protocol: Protocol,
    reading: Reading,
    input: Vec<u8>,
    events: Vec<Event>,
    error: Option<ProtocolError>,
}

type Received = (Vec<Event>, Option<ProtocolError>);

impl Receiver {
    fn new(role: Role, limits: Limits, reading: Reading) -> Self {
        Self { protocol: Protocol::new(role, limits), reading, input: Vec::new(), events: Vec::new(), error: None }
    }

    fn is_done(&self) -> bool {
        self.error.is_some() || matches!(self.events.last(), Some(Event::Close(..)))
    }

    fn read(&mut self, mut bytes: &[u8]) {
        while self.reading == Reading::Direct && self.input.is_empty() && !self.is_done() && !bytes.is_empty() {
            let Some(mut buffer) = self.protocol.payload_buffer() else {
                break;
            };
            let (now, rest) = bytes.split_at(buffer.remaining_mut().min(bytes.len()));
            buffer.put_slice(now);
            bytes = rest;
            self.error = self.protocol.handle_payload(now.len()).err();
            self.decode();
        }
        self.input.extend_from_slice(bytes);
        self.decode();
    }

    fn decode(&mut self) {
        while !self.is_done() {
            match self.protocol.poll_event(&mut self.input) {
                Ok((event, rest)) => {
                    let (event, left) = (event.map(Event::from), rest.len());
                    self.input.drain(..self.input.len() - left);
                    let Some(event) = event else { break };
                    self.events.push(event);
                }
                Err(error) => self.error = Some(error),
            }
        }
        assert!(self.is_done() || self.input.len() < 140, "{} bytes are left", self.input.len());
    }

    fn receive<'a>(mut self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Received {
        pieces.into_iter().for_each(|piece| self.read(piece));
        (self.events, self.error)
    }
}

/// Decodes one event, and tells how much of the input it used up.
fn poll<'a>(protocol: &'a mut Protocol, input: &'a mut [u8]) -> Result<(usize, Option<Incoming<'a>>), ProtocolError> {
    let length = input.len();
    protocol.poll_event(input).map(|(event, rest)| (length - rest.len(), event))
}

const LIMITS: Limits = Limits { max_frame_size: 70_000, max_message_size: 100_000, max_fragments: 1000 };

const KEY: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

/// What a server makes of these bytes.
fn serve(bytes: &[u8]) -> Received {
    Receiver::new(Role::Server, LIMITS, Reading::Input).receive([bytes])
}

/// A frame of a client.
fn frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_frame(&mut out, fin, opcode, payload, Some(KEY));
    out
}

/// The header of a client's frame, and nothing more.
fn header(fin: bool, opcode: Opcode, length: u64) -> Vec<u8> {
    let mut out = Vec::new();
    FrameHeader { fin, rsv: 0, opcode, mask: Some(KEY), length }.encode(&mut out);
    out
}

fn text(text: &str) -> Event {
    Event::Text(text.to_owned())
}
