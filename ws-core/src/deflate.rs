//! The compression of messages: [RFC 7692 §7.2](https://www.rfc-editor.org/rfc/rfc7692#section-7.2).
//!
//! A [`Deflater`] and an [`Inflater`] either belong to one connection and remember earlier messages (context takeover), or are
//! shared by all connections of a thread and forget each message. [`Deflation`] and [`Inflation`] are the choice.

use std::cell::RefCell;
use std::fmt;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::error::ProtocolError;

/// How hard to compress, 1 (fastest) to 9 (smallest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// Makes a level; `None` unless it is from 1 to 9.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level >= 1 && level <= 9 { Some(Self(level)) } else { None }
    }
}

impl Default for Level {
    /// 1: the only real step in time. Higher levels take up to twice as long for a fifth less.
    fn default() -> Self {
        Self(1)
    }
}

/// Compresses messages.
pub struct Deflater {
    compress: Compress,
    keeps_context: bool,
}

/// Decompresses messages.
pub struct Inflater {
    decompress: Decompress,
    keeps_context: bool,
}

impl Deflater {
    /// Makes a compressor; it holds some hundred KiB for a window of 15 bits, half of that for each bit less.
    #[must_use]
    pub fn new(level: Level, window_bits: u8, keeps_context: bool) -> Self {
        // The library has no window of 8 bits. Of 9 bits it uses the last 250 bytes, which fit one of 8.
        let window_bits = window_bits.clamp(MIN_LIBRARY_WINDOW_BITS, MAX_WINDOW_BITS);
        Self {
            compress: Compress::new_with_window_bits(Compression::new(level.0.into()), false, window_bits),
            keeps_context,
        }
    }

    /// Appends a compressed message to `out`.
    pub fn deflate(&mut self, message: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let mut rest = message;
        loop {
            out.reserve((rest.len() / 2).max(MIN_ROOM));
            let before = self.compress.total_in();
            // With room in the output and a stream that never ends, there is no way to fail.
            let _ = self.compress.compress_vec(rest, out, FlushCompress::Sync);
            let read = usize::try_from(self.compress.total_in() - before).unwrap_or(rest.len());
            rest = &rest[read..];
            // Room that is left says that everything is flushed.
            if rest.is_empty() && out.len() < out.capacity() {
                break;
            }
        }
        if out[start..].ends_with(&TAIL) {
            out.truncate(out.len() - TAIL.len());
        }
        if out.len() == start {
            // RFC 7692 §7.2.3.6: an empty message is an empty block.
            out.push(0);
        }
        if !self.keeps_context {
            self.compress.reset();
        }
    }
}

impl Inflater {
    /// Makes a decompressor; it holds about 40 KiB once it is used. Any window up to 15 bits is understood.
    #[must_use]
    pub fn new(keeps_context: bool) -> Self {
        Self { decompress: Decompress::new_with_window_bits(false, MAX_WINDOW_BITS), keeps_context }
    }

    /// Appends a decompressed message of at most `limit` bytes to `out`; it must be empty.
    ///
    /// # Errors
    /// [`ProtocolError::MessageTooLarge`] as soon as the message is longer than `limit`: no more than that is ever held.
    /// [`ProtocolError::InvalidCompression`] if the data are not what the protocol asks for.
    pub fn inflate(&mut self, message: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), ProtocolError> {
        let result = self.inflate_parts(&[message, &TAIL], out, limit);
        if !self.keeps_context || result.is_err() {
            self.decompress.reset(false);
        }
        result
    }

    fn inflate_parts(&mut self, parts: &[&[u8]], out: &mut Vec<u8>, limit: usize) -> Result<(), ProtocolError> {
        for part in parts {
            let mut rest = *part;
            // Room that is left says that nothing more comes of what was read.
            while !rest.is_empty() || out.len() == out.capacity() {
                // One byte more than allowed tells a message that is too long from one that just fits.
                out.reserve((rest.len() * 4).max(MIN_ROOM).min(limit + 1 - out.len()));
                rest = self.inflate_once(rest, out)?;
                if out.len() > limit {
                    return Err(ProtocolError::MessageTooLarge { length: out.len() as u64, limit });
                }
            }
        }
        Ok(())
    }

    /// Reads and writes as much as fits, and returns what is not read.
    fn inflate_once<'m>(&mut self, message: &'m [u8], out: &mut Vec<u8>) -> Result<&'m [u8], ProtocolError> {
        let (read, written) = (self.decompress.total_in(), out.len());
        let status = self.decompress.decompress_vec(message, out, FlushDecompress::None);
        let status = status.map_err(|_| ProtocolError::InvalidCompression)?;
        let read = usize::try_from(self.decompress.total_in() - read).unwrap_or(message.len());
        if status == Status::StreamEnd {
            // RFC 7692 §7.2.3.4: a last block ends the stream, not the message.
            self.decompress.reset(false);
        } else if read == 0 && out.len() == written && !message.is_empty() {
            return Err(ProtocolError::InvalidCompression);
        }
        Ok(&message[read..])
    }
}

/// Where the received messages of a connection are decompressed.
#[derive(Debug)]
pub enum Inflation {
    /// In a decompressor of the connection's own, made with the first compressed message: messages may refer to earlier ones.
    Dedicated(Option<Box<Inflater>>),
    /// In the one of the thread: every message stands on its own.
    Shared,
}

impl Inflation {
    /// As [`Inflater::inflate`].
    ///
    /// # Errors
    /// As [`Inflater::inflate`].
    pub fn inflate(&mut self, message: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), ProtocolError> {
        match self {
            Self::Dedicated(inflater) => {
                inflater.get_or_insert_with(|| Box::new(Inflater::new(true))).inflate(message, out, limit)
            }
            Self::Shared => with_shared_inflater(|inflater| inflater.inflate(message, out, limit)),
        }
    }
}

/// Where the messages that a connection sends are compressed.
#[derive(Debug)]
pub struct Deflation {
    level: Level,
    window_bits: u8,
    /// `None` compresses in what the thread shares, every message on its own.
    dedicated: Option<Dedicated>,
}

/// A compressor of the connection's own, made with the first message.
#[derive(Debug, Default)]
struct Dedicated(Option<Box<Deflater>>);

impl Deflation {
    /// Compresses in the thread's shared compressor.
    #[must_use]
    pub const fn shared(level: Level, window_bits: u8) -> Self {
        Self { level, window_bits, dedicated: None }
    }

    /// Compresses in a compressor of the connection's own: messages may refer to earlier ones.
    #[must_use]
    pub const fn dedicated(level: Level, window_bits: u8) -> Self {
        Self { level, window_bits, dedicated: Some(Dedicated(None)) }
    }

    /// Appends the compressed message to `out` and returns whether it is worth sending: it is shorter, or must be sent because
    /// later messages may refer to it.
    pub fn deflate(&mut self, message: &[u8], out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let Self { level, window_bits, dedicated } = self;
        if let Some(Dedicated(deflater)) = dedicated {
            let deflater = deflater.get_or_insert_with(|| Box::new(Deflater::new(*level, *window_bits, true)));
            deflater.deflate(message, out);
            return true;
        }
        with_shared_deflater(*level, *window_bits, |deflater| deflater.deflate(message, out));
        out.len() - start < message.len()
    }
}

/// Lends the thread's compressor for messages that stand on their own.
fn with_shared_deflater<T>(level: Level, window_bits: u8, work: impl FnOnce(&mut Deflater) -> T) -> T {
    DEFLATERS.with_borrow_mut(|deflaters| {
        let index = deflaters.iter().position(|(key, _)| *key == (level, window_bits)).unwrap_or_else(|| {
            deflaters.push(((level, window_bits), Deflater::new(level, window_bits, false)));
            deflaters.len() - 1
        });
        work(&mut deflaters[index].1)
    })
}

/// Lends the thread's decompressor for messages that stand on their own.
fn with_shared_inflater<T>(work: impl FnOnce(&mut Inflater) -> T) -> T {
    INFLATER.with_borrow_mut(|inflater| work(inflater.get_or_insert_with(|| Inflater::new(false))))
}

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflater").field("keeps_context", &self.keeps_context).finish_non_exhaustive()
    }
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater").field("keeps_context", &self.keeps_context).finish_non_exhaustive()
    }
}

thread_local! {
    /// One for each combination that is in use: a service has one level, and nearly all clients take the full window.
    static DEFLATERS: RefCell<Vec<((Level, u8), Deflater)>> = const { RefCell::new(Vec::new()) };
    static INFLATER: RefCell<Option<Inflater>> = const { RefCell::new(None) };
}

/// What ends every flush, and is left out on the wire: RFC 7692 §7.2.1.
const TAIL: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];
const MIN_ROOM: usize = 256; // bytes
const MIN_LIBRARY_WINDOW_BITS: u8 = 9;
const MAX_WINDOW_BITS: u8 = 15;

#[cfg(test)]
mod tests;
