//! How messages are compressed: `permessage-deflate`, [RFC 7692](https://www.rfc-editor.org/rfc/rfc7692).

use http::HeaderMap;
#[cfg(feature = "client")]
use http::header::SEC_WEBSOCKET_EXTENSIONS;
use ws_core::deflate::{Deflation, Inflation, Level, MemoryLevel, Tuning};
use ws_core::extension::DeflateParameters;
#[cfg(feature = "client")]
use ws_core::extension::InvalidAnswer;

/// Whether and how messages are compressed, for peers that know `permessage-deflate`.
///
/// Compression is negotiated for each connection; a client that offers none, or only what the server cannot keep, is served
/// uncompressed. Incoming messages are limited by `max_message_size` while they are decompressed.
///
/// Default: [`Compression::shared`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression {
    mode: Mode,
    level: u8,
    memory_level: u8,
    threshold: usize,
    window_bits: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Dedicated,
    Off,
    Shared,
}

/// What has been negotiated for a connection.
#[derive(Debug)]
pub(crate) struct Negotiated {
    pub(crate) inflation: Inflation,
    pub(crate) compressor: Compressor,
    /// The value of the response's `Sec-WebSocket-Extensions`; empty at the client.
    pub(crate) answer: String,
}

/// Compresses what a connection sends.
#[derive(Debug)]
pub(crate) struct Compressor {
    deflation: Deflation,
    threshold: usize,
}

impl Compression {
    /// Compresses every message on its own, in a compressor that all connections of a thread share: no memory per connection.
    #[must_use]
    pub const fn shared() -> Self {
        Self { mode: Mode::Shared, level: 1, memory_level: 8, threshold: 128, window_bits: 15 }
    }

    /// Lets messages refer to earlier ones, in a compressor and a decompressor of the connection's own, each made when it is first
    /// needed: messages become smaller, and a connection costs some hundred KiB.
    #[must_use]
    pub const fn dedicated() -> Self {
        Self { mode: Mode::Dedicated, ..Self::shared() }
    }

    /// Compresses nothing, whatever clients offer; a client offers nothing.
    #[must_use]
    pub const fn off() -> Self {
        Self { mode: Mode::Off, ..Self::shared() }
    }

    /// Sets how hard to compress: 1 (fastest) to 9 (smallest). Default 1.
    #[must_use]
    pub const fn level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// Sets how much memory a compressor looks for repetitions with, beside its window: 1 (least) to 9 (fastest and smallest). Default
    /// 8; each level less halves that part of a [dedicated](Self::dedicated) compressor.
    #[must_use]
    pub const fn memory_level(mut self, level: u8) -> Self {
        self.memory_level = level;
        self
    }

    /// Sends messages shorter than this uncompressed. Bytes; default 128.
    #[must_use]
    pub const fn threshold(mut self, bytes: usize) -> Self {
        self.threshold = bytes;
        self
    }

    /// Limits the window of either end, the peer's where the peer lets it be limited: the base-2 logarithm of its size in bytes,
    /// 8 to 15. Default 15; each bit less halves the memory of a [dedicated](Self::dedicated) compressor.
    #[must_use]
    pub const fn window_bits(mut self, bits: u8) -> Self {
        self.window_bits = bits;
        self
    }

    /// Returns the name of the first setting that is out of its range, and what is wrong with it.
    pub(crate) fn mistake(&self) -> Option<(&'static str, &'static str)> {
        if Level::new(self.level).is_none() {
            return Some(("compression level", "must be from 1 to 9"));
        }
        if MemoryLevel::new(self.memory_level).is_none() {
            return Some(("compression memory_level", "must be from 1 to 9"));
        }
        (!(8..=15).contains(&self.window_bits)).then_some(("compression window_bits", "must be from 8 to 15"))
    }

    /// Answers a client's offers.
    pub(crate) fn negotiate(&self, offers: &HeaderMap) -> Option<Negotiated> {
        let (agreed, answer) = self.wanted()?.answer(offers)?;
        let [client, server] = Half::both(agreed);
        Some(self.negotiated(server, client, answer))
    }

    /// Returns what a client offers: the value of the request's `Sec-WebSocket-Extensions`.
    #[cfg(feature = "client")]
    pub(crate) fn offer(&self) -> Option<String> {
        self.wanted().map(|wanted| wanted.offer())
    }

    /// Takes the server's answer to the offer out of the response's headers. Where nothing was offered, it stays there.
    ///
    /// # Errors
    /// The answer does not fit the offer.
    #[cfg(feature = "client")]
    pub(crate) fn accept(&self, answer: &mut HeaderMap) -> Result<Option<Negotiated>, InvalidAnswer> {
        let Some(wanted) = self.wanted() else { return Ok(None) };
        let Some(agreed) = wanted.check(answer)? else { return Ok(None) };
        answer.remove(SEC_WEBSOCKET_EXTENSIONS);
        let [client, server] = Half::both(agreed);
        Ok(Some(self.negotiated(client, server, String::new())))
    }

    fn wanted(&self) -> Option<DeflateParameters> {
        let is_shared = match self.mode {
            Mode::Off => return None,
            Mode::Dedicated => false,
            Mode::Shared => true,
        };
        Some(DeflateParameters {
            server_no_context_takeover: is_shared,
            client_no_context_takeover: is_shared,
            server_max_window_bits: self.window_bits,
            client_max_window_bits: self.window_bits,
        })
    }

    fn negotiated(&self, outgoing: Half, incoming: Half, answer: String) -> Negotiated {
        let tuning = Tuning {
            level: Level::new(self.level).unwrap_or_default(),
            window_bits: outgoing.window_bits,
            memory_level: MemoryLevel::new(self.memory_level).unwrap_or_default(),
        };
        let deflation = if outgoing.is_alone { Deflation::shared } else { Deflation::dedicated };
        let inflation = if incoming.is_alone { Inflation::Shared } else { Inflation::Dedicated(None) };
        let compressor = Compressor { deflation: deflation(tuning), threshold: self.threshold };
        Negotiated { inflation, compressor, answer }
    }
}

/// What is agreed for one direction.
#[derive(Clone, Copy, Debug)]
struct Half {
    /// Every message stands on its own.
    is_alone: bool,
    window_bits: u8,
}

impl Half {
    /// Returns what is agreed for the client's messages, and for the server's.
    fn both(agreed: DeflateParameters) -> [Self; 2] {
        [
            Self { is_alone: agreed.client_no_context_takeover, window_bits: agreed.client_max_window_bits },
            Self { is_alone: agreed.server_no_context_takeover, window_bits: agreed.server_max_window_bits },
        ]
    }
}

impl Default for Compression {
    fn default() -> Self {
        Self::shared()
    }
}

impl Compressor {
    /// Appends the compressed message to `out`, unless it is not worth it.
    pub(crate) fn compress(&mut self, message: &[u8], out: &mut Vec<u8>) -> bool {
        message.len() >= self.threshold && self.deflation.deflate(message, out)
    }

    /// Returns how a message is coded that other receivers may get too; `None`: by the connection alone.
    pub(crate) fn recipe(&self) -> Option<Recipe> {
        let tuning = self.deflation.shared_tuning()?;
        Some(Recipe::Deflated { tuning, threshold: self.threshold })
    }
}

/// How a message is coded, the same for every receiver with this recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recipe {
    Deflated { tuning: Tuning, threshold: usize },
    Plain,
}

impl Recipe {
    /// Appends the compressed message to `out`, unless it is not worth it.
    pub(crate) fn compress(&self, message: &[u8], out: &mut Vec<u8>) -> bool {
        match *self {
            Self::Deflated { tuning, threshold } => {
                Compressor { deflation: Deflation::shared(tuning), threshold }.compress(message, out)
            }
            Self::Plain => false,
        }
    }
}
