//! Compression: nothing that a peer sends costs more than the limit, and what is compressed here comes back.
//!
//! The input is the settings, the limit, and messages with their lengths in front.

use arbitrary::Unstructured;
use flate2::{Decompress, FlushDecompress};
use ws_core::deflate::{Deflater, Deflation, Inflater, Inflation, Level, MemoryLevel, Tuning};
use ws_core::error::ProtocolError;

use crate::{byte, bytes};

/// Takes each message for a compressed one, then compresses them.
///
/// # Panics
/// When something does not hold.
pub fn run(data: &[u8]) {
    let mut source = Unstructured::new(data);
    let settings = Settings::new(&mut source);
    let messages = messages(&mut source);
    check_inflating(&settings, &messages);
    check_round_trip(&settings, &messages);
    check_connection(&settings, &messages);
}

struct Settings {
    tuning: Tuning,
    keeps_context: bool,
    /// Bytes.
    limit: usize,
}

impl Settings {
    fn new(source: &mut Unstructured<'_>) -> Self {
        let (levels, settings) = (byte(source), byte(source));
        let tuning = Tuning {
            level: Level::new(levels % 9 + 1).expect("it is from 1 to 9"),
            window_bits: settings % 8 + 8,
            memory_level: MemoryLevel::new(levels / 9 % 9 + 1).expect("it is from 1 to 9"),
        };
        let limit = usize::from(byte(source)) << (settings >> 3 & 0b111);
        Self { tuning, keeps_context: settings & 0x80 != 0, limit }
    }
}

/// A length in nine bits of two bytes, then as many bytes; with the highest bit set, they are repeated.
fn messages(source: &mut Unstructured<'_>) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while !source.is_empty() && messages.len() < MAX_MESSAGES {
        let length = usize::from(u16::from_be_bytes([byte(source), byte(source)]));
        let message = bytes(source, length & 0x1FF);
        messages.push(if length & 0x8000 == 0 { message.to_vec() } else { message.repeat(REPEATED) });
    }
    messages
}

/// Arbitrary bytes are a message within the limit or an error, and never anything that is longer.
fn check_inflating(settings: &Settings, messages: &[Vec<u8>]) {
    let &Settings { limit, keeps_context, .. } = settings;
    let mut inflater = Inflater::new(keeps_context);
    for message in messages {
        let mut out = Vec::new();
        let result = inflater.inflate(message, &mut out, limit);
        assert!(out.len() <= limit + 1, "{} bytes were made where {limit} are allowed", out.len());
        match result {
            Ok(()) => assert!(out.len() <= limit),
            Err(ProtocolError::MessageTooLarge { .. }) => assert!(out.len() > limit),
            Err(error) => assert_eq!(error, ProtocolError::InvalidCompression),
        }
        if !keeps_context {
            let mut again = Vec::new();
            assert_eq!(inflater.inflate(message, &mut again, limit), result);
            assert_eq!(again, out);
        }
        // No limit of the settings is one that does not work.
        let mut unlimited = Vec::new();
        let result_without_limit = Inflater::new(false).inflate(message, &mut unlimited, usize::MAX);
        if !keeps_context && result.is_ok() {
            assert_eq!((result_without_limit, unlimited), (Ok(()), out));
        }
    }
}

/// Messages come back, one after another, here and from a decompressor with a window of exactly the agreed size.
fn check_round_trip(settings: &Settings, messages: &[Vec<u8>]) {
    let &Settings { tuning, keeps_context, .. } = settings;
    let mut deflater = Deflater::new(tuning, keeps_context);
    let mut inflater = Inflater::new(keeps_context);
    let mut narrow = NarrowInflater::new(tuning.window_bits);
    for message in messages {
        let mut compressed = PREFIX.to_vec();
        deflater.deflate(message, &mut compressed);
        let compressed = compressed.strip_prefix(PREFIX).expect("it is appended");
        assert!(!compressed.is_empty());
        assert!(!compressed.ends_with(&[0, 0, 0xFF, 0xFF]), "the tail is sent");

        let mut out = Vec::new();
        assert_eq!(inflater.inflate(compressed, &mut out, message.len()), Ok(()));
        assert_eq!(out, *message);
        assert_eq!(narrow.inflate(compressed), *message);
        if !keeps_context {
            narrow = NarrowInflater::new(tuning.window_bits);
        }
        if let Some(limit) = message.len().checked_sub(1) {
            let result = Inflater::new(false).inflate(compressed, &mut Vec::new(), limit);
            assert!(keeps_context || matches!(result, Err(ProtocolError::MessageTooLarge { .. })), "{result:?}");
        }
    }
}

/// The same by the types that a connection has.
fn check_connection(settings: &Settings, messages: &[Vec<u8>]) {
    let &Settings { tuning, keeps_context, .. } = settings;
    let (mut deflation, mut inflation) = if keeps_context {
        (Deflation::dedicated(tuning), Inflation::Dedicated(None))
    } else {
        (Deflation::shared(tuning), Inflation::Shared)
    };
    for message in messages {
        let mut compressed = Vec::new();
        let is_worth_it = deflation.deflate(message, &mut compressed);
        assert!(keeps_context || is_worth_it == (compressed.len() < message.len()));
        let mut out = Vec::new();
        assert_eq!(inflation.inflate(&compressed, &mut out, message.len()), Ok(()));
        assert_eq!(out, *message);
    }
}

/// A decompressor that forgets what lies farther back than its window: it writes a few bytes at a time, so that little is left of
/// earlier bytes but the window.
struct NarrowInflater(Decompress);

impl NarrowInflater {
    fn new(window_bits: u8) -> Self {
        // The library has none of 8 bits.
        Self(Decompress::new_with_window_bits(false, window_bits.max(9)))
    }

    fn inflate(&mut self, compressed: &[u8]) -> Vec<u8> {
        let input = [compressed, &[0, 0, 0xFF, 0xFF]].concat();
        let mut rest = &input[..];
        let mut message = Vec::new();
        loop {
            let (read, written) = (self.0.total_in(), self.0.total_out());
            let mut out = [0; 32];
            self.0.decompress(rest, &mut out, FlushDecompress::None).expect("the distances are within the window");
            let read = usize::try_from(self.0.total_in() - read).expect("it is a part of the input");
            let written = usize::try_from(self.0.total_out() - written).expect("it is a part of the output");
            rest = &rest[read..];
            message.extend_from_slice(&out[..written]);
            if rest.is_empty() && written < out.len() {
                return message;
            }
        }
    }
}

const MAX_MESSAGES: usize = 4;
const REPEATED: usize = 20; // times
const PREFIX: &[u8] = b"before";
