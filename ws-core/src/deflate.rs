//! The compression of messages: [RFC 7692 §7.2](https://www.rfc-editor.org/rfc/rfc7692#section-7.2).
//!
//! A [`Deflater`] and an [`Inflater`] either belong to one connection and remember earlier messages (context takeover), or are
//! shared by all connections of a thread and forget each message. [`Deflation`] and [`Inflation`] are the choice.

use std::cell::RefCell;
use std::fmt;

use zlib_rs::{Deflate, DeflateConfig, DeflateFlush, Inflate, InflateFlush, Status};

use crate::error::ProtocolError;

/// How to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tuning {
    /// How hard to look for repetitions.
    pub level: Level,
    /// The base-2 logarithm of how far back a repetition may refer, in bytes: 8 to 15.
    pub window_bits: u8,
    /// How much memory to look with.
    pub memory_level: MemoryLevel,
}

/// How hard to compress, 1 (fastest) to 9 (smallest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

/// How much memory a compressor uses beside its window, 1 (least) to 9 (fastest and smallest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemoryLevel(u8);

impl Level {
    /// Makes a level; `None` unless it is from 1 to 9.
    #[must_use]
    pub const fn new(level: u8) -> Option<Self> {
        if level >= 1 && level <= 9 { Some(Self(level)) } else { None }
    }
}

impl MemoryLevel {
    /// Makes a memory level; `None` unless it is from 1 to 9.
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

impl Default for MemoryLevel {
    /// 8, as everywhere.
    fn default() -> Self {
        Self(8)
    }
}

impl Default for Tuning {
    fn default() -> Self {
        Self { level: Level::default(), window_bits: MAX_WINDOW_BITS, memory_level: MemoryLevel::default() }
    }
}

/// Compresses messages.
pub struct Deflater {
    deflate: Deflate,
    keeps_context: bool,
}

/// Decompresses messages.
pub struct Inflater {
    inflate: Inflate,
    keeps_context: bool,
}

impl Deflater {
    /// Makes a compressor; it holds some hundred KiB for a window of 15 bits, half of that for each bit less.
    #[must_use]
    pub fn new(tuning: Tuning, keeps_context: bool) -> Self {
        // The library has no window of 8 bits. Of 9 bits it uses the last 250 bytes, which fit one of 8.
        let window_bits = tuning.window_bits.clamp(MIN_LIBRARY_WINDOW_BITS, MAX_WINDOW_BITS);
        let config = DeflateConfig {
            level: tuning.level.0.into(),
            // Negative: without a header and a check sum.
            window_bits: -i32::from(window_bits),
            mem_level: tuning.memory_level.0.into(),
            ..DeflateConfig::default()
        };
        Self { deflate: Deflate::new_with_config(config), keeps_context }
    }

    /// Appends a compressed message to `out`.
    pub fn deflate(&mut self, message: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        let mut rest = message;
        loop {
            let (read, written) = (self.deflate.total_in(), out.len());
            let room = (rest.len() / 2).max(MIN_ROOM);
            // With room in the output and a stream that never ends, there is no way to fail.
            fill(out, room, |spare| {
                let before = self.deflate.total_out();
                let _ = self.deflate.compress(rest, spare, DeflateFlush::SyncFlush);
                self.deflate.total_out() - before
            });
            rest = &rest[length(self.deflate.total_in() - read).min(rest.len())..];
            // Room that is left says that everything is flushed.
            if rest.is_empty() && out.len() - written < room {
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
            self.deflate.reset();
        }
    }
}

impl Inflater {
    /// Makes a decompressor; it holds about 40 KiB once it is used. Any window up to 15 bits is understood.
    #[must_use]
    pub fn new(keeps_context: bool) -> Self {
        Self { inflate: Inflate::new(false, MAX_WINDOW_BITS), keeps_context }
    }

    /// Appends a decompressed message of at most `limit` bytes to `out`; it must be empty.
    ///
    /// # Errors
    /// [`ProtocolError::MessageTooLarge`] as soon as the message is longer than `limit`: no more than that is ever held.
    /// [`ProtocolError::InvalidCompression`] if the data are not what the protocol asks for.
    pub fn inflate(&mut self, message: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), ProtocolError> {
        let result = self.inflate_parts(&[message, &TAIL], out, limit);
        if !self.keeps_context || result.is_err() {
            self.inflate.reset(false);
        }
        result
    }

    fn inflate_parts(&mut self, parts: &[&[u8]], out: &mut Vec<u8>, limit: usize) -> Result<(), ProtocolError> {
        for part in parts {
            let mut rest = *part;
            let mut is_full = false;
            // Room that is left says that nothing more comes of what was read.
            while !rest.is_empty() || is_full {
                // One byte more than allowed tells a message that is too long from one that just fits.
                let room = (rest.len() * 4).max(MIN_ROOM).max(out.len()).min(limit.saturating_add(1) - out.len());
                let before = out.len();
                rest = self.inflate_once(rest, out, room)?;
                is_full = out.len() - before == room;
                if out.len() > limit {
                    return Err(ProtocolError::MessageTooLarge { length: out.len() as u64, limit });
                }
            }
        }
        Ok(())
    }

    /// Reads and writes as much as fits, and returns what is not read.
    fn inflate_once<'m>(
        &mut self,
        message: &'m [u8],
        out: &mut Vec<u8>,
        room: usize,
    ) -> Result<&'m [u8], ProtocolError> {
        let (read, written) = (self.inflate.total_in(), out.len());
        let mut status = Ok(Status::Ok);
        fill(out, room, |spare| {
            let before = self.inflate.total_out();
            status = self.inflate.decompress(message, spare, InflateFlush::NoFlush);
            self.inflate.total_out() - before
        });
        let status = status.map_err(|_| ProtocolError::InvalidCompression)?;
        let read = length(self.inflate.total_in() - read).min(message.len());
        if status == Status::StreamEnd {
            // RFC 7692 §7.2.3.4: a last block ends the stream, not the message.
            self.inflate.reset(false);
        } else if read == 0 && out.len() == written && !message.is_empty() {
            return Err(ProtocolError::InvalidCompression);
        }
        Ok(&message[read..])
    }
}

/// Lets `write` fill up to `room` bytes behind what is in `out`; it returns how many it wrote.
fn fill(out: &mut Vec<u8>, room: usize, write: impl FnOnce(&mut [u8]) -> u64) {
    let start = out.len();
    out.resize(start + room, 0);
    let written = length(write(&mut out[start..]));
    out.truncate(start + written);
}

fn length(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
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
    tuning: Tuning,
    /// `None` compresses in what the thread shares, every message on its own.
    dedicated: Option<Dedicated>,
}

/// A compressor of the connection's own, made with the first message.
#[derive(Debug, Default)]
struct Dedicated(Option<Box<Deflater>>);

impl Deflation {
    /// Compresses in the thread's shared compressor.
    #[must_use]
    pub const fn shared(tuning: Tuning) -> Self {
        Self { tuning, dedicated: None }
    }

    /// Compresses in a compressor of the connection's own: messages may refer to earlier ones.
    #[must_use]
    pub const fn dedicated(tuning: Tuning) -> Self {
        Self { tuning, dedicated: Some(Dedicated(None)) }
    }

    /// Returns how the thread's shared compressor is tuned: whoever has the same gets the same bytes for the same message. `None` for
    /// a compressor of the connection's own.
    #[must_use]
    pub fn shared_tuning(&self) -> Option<Tuning> {
        self.dedicated.is_none().then_some(self.tuning)
    }

    /// Appends the compressed message to `out` and returns whether it is worth sending: it is shorter, or must be sent because
    /// later messages may refer to it.
    pub fn deflate(&mut self, message: &[u8], out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let Self { tuning, dedicated } = self;
        if let Some(Dedicated(deflater)) = dedicated {
            let deflater = deflater.get_or_insert_with(|| Box::new(Deflater::new(*tuning, true)));
            deflater.deflate(message, out);
            return true;
        }
        with_shared_deflater(*tuning, |deflater| deflater.deflate(message, out));
        out.len() - start < message.len()
    }
}

/// Lends the thread's compressor for messages that stand on their own.
fn with_shared_deflater<T>(tuning: Tuning, work: impl FnOnce(&mut Deflater) -> T) -> T {
    DEFLATERS.with_borrow_mut(|deflaters| {
        let index = deflaters.iter().position(|(key, _)| *key == tuning).unwrap_or_else(|| {
            deflaters.push((tuning, Deflater::new(tuning, false)));
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
    static DEFLATERS: RefCell<Vec<(Tuning, Deflater)>> = const { RefCell::new(Vec::new()) };
    static INFLATER: RefCell<Option<Inflater>> = const { RefCell::new(None) };
}

/// What ends every flush, and is left out on the wire: RFC 7692 §7.2.1.
const TAIL: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];
const MIN_ROOM: usize = 256; // bytes
const MIN_LIBRARY_WINDOW_BITS: u8 = 9;
const MAX_WINDOW_BITS: u8 = 15;

#[cfg(test)]
mod tests;
