//! The same stream, decoded here and by tungstenite: the same messages, and the same verdict.
//!
//! What may differ is listed in `Tolerated`, with its reason. The input is the role, the limits, and frames, most of which are
//! nearly right.

use std::io::{self, Read, Write};

use arbitrary::{Arbitrary, Unstructured};
use tungstenite::protocol::{Role as TheirRole, WebSocket, WebSocketConfig};
use tungstenite::{Error as TheirError, Message, error::ProtocolError as TheirProtocolError};
use ws_core::error::ProtocolError;
use ws_core::frame::MAX_HEADER;
use ws_core::protocol::{Limits, Protocol, Role};

use crate::byte;
use crate::decoding::{Event, Reading, decode};

/// Compares the two.
///
/// # Panics
/// When they differ in a way that is not tolerated.
pub fn run(data: &[u8]) {
    let mut source = Unstructured::new(data);
    let settings = byte(&mut source);
    let role = if settings & 1 == 0 { Role::Server } else { Role::Client };
    // Theirs bounds control frames by the limit of data frames; below 125 bytes that would make a difference.
    let max_frame_size = 125 + (usize::from(settings >> 1) << (settings >> 5));
    let max_message_size = usize::from(byte(&mut source)) * 8;
    // Theirs does not count fragments.
    let limits = Limits { max_frame_size, max_message_size, max_fragments: u32::MAX };
    let stream = stream(&mut source, role);
    compare(role, limits, &stream);
}

/// What becomes of a stream in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It goes on.
    Open,
    /// It ended with a close frame.
    Closed,
    /// It is refused. Which of several mistakes in a frame is found first, and so the name of it, is not compared.
    Refused,
}

/// The differences that are right on our side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tolerated {
    /// Theirs answers a close code that must not be sent with 1002, but tells its user of an orderly close. RFC 6455 §7.4.2
    /// leaves such codes undefined or reserved; here it is a mistake of the peer.
    InvalidCloseCode,
    /// Theirs accepts a length in a wider field than it needs; RFC 6455 §5.2 says that the shortest form must be used.
    NonMinimalLength,
    /// The same in a control frame, where ours refuses the wider field before it has read it, since no control frame needs one.
    NonMinimalControlLength,
    /// Theirs does not know 1014, which was registered after RFC 6455, and takes it for invalid.
    RegisteredLater,
}

fn compare(role: Role, limits: Limits, stream: &[u8]) {
    let decoded = decode(&mut Protocol::new(role, limits), stream, Reading::Buffered, std::iter::empty());
    let mut ours = decoded.events;
    let verdict = match (decoded.error, ours.last()) {
        (Some(_), _) => Verdict::Refused,
        (None, Some(Event::Close(..))) => Verdict::Closed,
        (None, _) => Verdict::Open,
    };
    // A mistake is found here as soon as it can be known, and there when its frame has arrived, so the frame has to arrive.
    let stream = match decoded.error {
        Some(_) => [stream, &vec![0; limits.max_frame_size + MAX_HEADER]].concat(),
        None => stream.to_vec(),
    };
    let (mut theirs, their_verdict) = decode_there(role, limits, &stream);
    match Tolerated::find(decoded.error, ours.last()) {
        Some(Tolerated::NonMinimalLength) => theirs.truncate(ours.len()),
        // One that really is too long is a mistake for both.
        Some(Tolerated::NonMinimalControlLength) if theirs.len() == ours.len() => assert_eq!(their_verdict, verdict),
        Some(Tolerated::NonMinimalControlLength) => {
            let is_control = !matches!(theirs[ours.len()], Event::Binary(_) | Event::Text(_));
            assert!(is_control, "ours, theirs: {ours:?} {theirs:?}");
            theirs.truncate(ours.len());
        }
        // A reason that is no text is a mistake for both.
        Some(Tolerated::InvalidCloseCode) if their_verdict == Verdict::Refused => {}
        Some(Tolerated::InvalidCloseCode) => {
            assert_eq!(their_verdict, Verdict::Closed);
            assert_eq!(theirs.pop(), Some(violation()));
        }
        Some(Tolerated::RegisteredLater) => {
            assert_eq!(their_verdict, Verdict::Closed);
            assert_eq!(theirs.pop(), Some(violation()));
            ours.pop();
        }
        None => assert_eq!(their_verdict, verdict, "{ours:?} {theirs:?} {:?}", decoded.error),
    }
    assert_eq!(ours, theirs, "ours, theirs, {:?}", decoded.error);
}

impl Tolerated {
    fn find(error: Option<ProtocolError>, last: Option<&Event>) -> Option<Self> {
        match (error, last) {
            (Some(ProtocolError::InvalidCloseCode { .. }), _) => Some(Self::InvalidCloseCode),
            (Some(ProtocolError::NonMinimalLength { .. }), _) => Some(Self::NonMinimalLength),
            (Some(ProtocolError::ControlFrameTooLarge { .. }), _) => Some(Self::NonMinimalControlLength),
            (None, Some(Event::Close(1014, _))) => Some(Self::RegisteredLater),
            _ => None,
        }
    }
}

/// What theirs makes of a close code that it does not like.
fn violation() -> Event {
    Event::Close(1002, "Protocol violation".to_owned())
}

fn decode_there(role: Role, limits: Limits, stream: &[u8]) -> (Vec<Event>, Verdict) {
    let role = match role {
        Role::Client => TheirRole::Client,
        Role::Server => TheirRole::Server,
    };
    let config = WebSocketConfig::default()
        .max_frame_size(Some(limits.max_frame_size))
        .max_message_size(Some(limits.max_message_size))
        .read_buffer_size(READ_BUFFER);
    let mut socket = WebSocket::from_raw_socket(Recording(stream), role, Some(config));
    let mut events = Vec::new();
    loop {
        match socket.read() {
            Ok(message) => events.push(event(message)),
            Err(TheirError::Protocol(TheirProtocolError::ResetWithoutClosingHandshake)) => {
                return (events, Verdict::Open);
            }
            Err(TheirError::Protocol(_) | TheirError::Capacity(_) | TheirError::Utf8(_)) => {
                return (events, Verdict::Refused);
            }
            Err(error) => panic!("{error}: this is about the stream, which does not break"),
        }
        if let Some(Event::Close(..)) = events.last() {
            return (events, Verdict::Closed);
        }
    }
}

fn event(message: Message) -> Event {
    match message {
        Message::Text(text) => Event::Text(text.to_string()),
        Message::Binary(data) => Event::Binary(data.to_vec()),
        Message::Ping(data) => Event::Ping(data.to_vec()),
        Message::Pong(data) => Event::Pong(data.to_vec()),
        Message::Close(None) => Event::Close(1005, String::new()),
        Message::Close(Some(frame)) => Event::Close(frame.code.into(), frame.reason.to_string()),
        Message::Frame(frame) => panic!("{frame} is not a message"),
    }
}

/// Everything that the peer will ever send. What it is sent is of no interest.
struct Recording<'s>(&'s [u8]);

impl Read for Recording<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.0.read(target)
    }
}

impl Write for Recording<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn stream(source: &mut Unstructured<'_>, role: Role) -> Vec<u8> {
    let mut stream = Vec::new();
    while !source.is_empty() {
        let Ok(frame) = Frame::arbitrary(source) else { break };
        frame.encode(role, &mut stream);
    }
    stream
}

/// A frame before it is written.
struct Frame<'d> {
    first: u8,
    mutation: Mutation,
    key: [u8; 4],
    payload: &'d [u8],
}

/// What is wrong with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mutation {
    /// A mask where there must be none, or none where there must be one.
    Mask,
    /// Half of the time: nothing.
    Nothing,
    /// The header says less than there is, so that the next header is in the payload.
    LengthTooSmall,
    /// The header says more than there is, so that the next header belongs to the payload.
    LengthTooLarge,
    /// A payload of a few KiB.
    Long,
    /// No header at all.
    Raw,
    /// A length in two bytes, whatever it is.
    TwoBytes,
    /// A length in eight bytes, whatever it is.
    EightBytes,
    /// A length that is nearly as large as can be.
    Vast,
}

impl<'d> Arbitrary<'d> for Frame<'d> {
    fn arbitrary(source: &mut Unstructured<'d>) -> arbitrary::Result<Self> {
        let (first, how, length): (u8, u8, u8) = source.arbitrary()?;
        let mutation = match how & 0xF {
            8 => Mutation::Mask,
            9 => Mutation::LengthTooSmall,
            10 => Mutation::LengthTooLarge,
            11 => Mutation::Long,
            12 => Mutation::Raw,
            13 => Mutation::TwoBytes,
            14 => Mutation::EightBytes,
            15 => Mutation::Vast,
            _ => Mutation::Nothing,
        };
        // Any bits are a frame of a known kind, unless they are meant as they are.
        let first = if how & 0x80 == 0 { first & 0x80 | OPCODES[usize::from(first & 0x7)] } else { first };
        let key = if how & 0x40 == 0 { [0; 4] } else { source.arbitrary()? };
        let payload = source.bytes(usize::from(length).min(source.len()))?;
        Ok(Self { first, mutation, key, payload })
    }
}

impl Frame<'_> {
    fn encode(&self, role: Role, stream: &mut Vec<u8>) {
        let payload = match self.mutation {
            Mutation::Raw => return stream.extend_from_slice(self.payload),
            Mutation::Long => self.payload.repeat(REPEATED),
            _ => self.payload.to_vec(),
        };
        let length = payload.len() as u64;
        let length = match self.mutation {
            Mutation::LengthTooSmall => length.saturating_sub(1),
            Mutation::LengthTooLarge => length + 1,
            Mutation::Vast => u64::MAX >> (self.key[0] & 0b11),
            _ => length,
        };
        let is_masked = (role == Role::Server) != (self.mutation == Mutation::Mask);
        let mask_bit = if is_masked { 0x80 } else { 0 };
        let [.., high, low] = length.to_be_bytes();
        stream.push(self.first);
        match (self.mutation, length) {
            (Mutation::EightBytes, _) | (_, 0x1_0000..) => {
                stream.push(mask_bit | LENGTH_IN_EIGHT_BYTES);
                stream.extend_from_slice(&length.to_be_bytes());
            }
            (Mutation::TwoBytes, _) | (_, 126..) => {
                stream.extend_from_slice(&[mask_bit | LENGTH_IN_TWO_BYTES, high, low]);
            }
            _ => stream.push(mask_bit | low),
        }
        if is_masked {
            stream.extend_from_slice(&self.key);
            stream.extend(payload.iter().zip(self.key.iter().cycle()).map(|(byte, key)| byte ^ key));
        } else {
            stream.extend_from_slice(&payload);
        }
    }
}

/// Text, binary, and continuations more often than the rest.
const OPCODES: [u8; 8] = [0x0, 0x1, 0x2, 0x0, 0x1, 0x8, 0x9, 0xA];
const LENGTH_IN_TWO_BYTES: u8 = 0x7E;
const LENGTH_IN_EIGHT_BYTES: u8 = 0x7F;
const REPEATED: usize = 20; // times
const READ_BUFFER: usize = 1024; // bytes
