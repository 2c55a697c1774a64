//! Compressed conversations in JSON: [RFC 7692](https://www.rfc-editor.org/rfc/rfc7692).

use std::fmt::Write;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use crate::{
    Result,
    load::{
        Exchange,
        frames::{self, Deframer},
    },
};

/// Who starts every message anew, as the server's answer says it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agreement {
    client_no_context_takeover: bool,
    server_no_context_takeover: bool,
}

/// Texts of about one KiB, compressed, and their echoes.
#[derive(Debug)]
pub(crate) struct Conversation {
    texts: Vec<Vec<u8>>,
    /// The batches that a connection says first, while there is little to refer to.
    opening: Vec<Vec<u8>>,
    /// What it says from then on, again and again.
    steady: Vec<Vec<u8>>,
    depth: usize,
    agreement: Agreement,
}

/// What one connection has heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    deframer: Deframer,
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    /// The compressed message, while messages are compared.
    message: Vec<u8>,
    inflate: Option<Box<Decompress>>,
}

impl Agreement {
    /// Reads the answer to a bare offer.
    pub(crate) fn parse(answer: &str) -> Result<Self> {
        let mut parts = answer.split(';').map(str::trim);
        if parts.next() != Some("permessage-deflate") {
            return Err(format!("the server chose `{answer}`, which no one offered").into());
        }
        let has = |name: &str| answer.split(';').any(|part| part.trim() == name);
        Ok(Self {
            client_no_context_takeover: has("client_no_context_takeover"),
            server_no_context_takeover: has("server_no_context_takeover"),
        })
    }
}

impl Conversation {
    /// Different messages. They are longer than the window together, so that no message is found in it as a whole.
    pub(crate) const TEXTS: usize = 64;

    /// Prepares what every connection says.
    ///
    /// With a context, the texts are compressed twice in a row: the second pass refers to no more than one window back, into the
    /// first pass, or into itself when it is repeated. So it is right however often it is repeated, and no connection of the load
    /// generator needs a compressor.
    pub(crate) fn new(depth: usize, agreement: Agreement) -> Result<Self> {
        let texts: Vec<Vec<u8>> = (0..Self::TEXTS).map(text).collect();
        let mut deflate = Compress::new(Compression::new(6), false);
        let mut pass = || {
            texts
                .chunks(depth)
                .map(|chunk| {
                    let mut batch = Vec::new();
                    for text in chunk {
                        if agreement.client_no_context_takeover {
                            deflate.reset();
                        }
                        let compressed = compress(&mut deflate, text)?;
                        frames::push_masked(&mut batch, frames::TEXT | frames::COMPRESSED, &compressed);
                    }
                    Ok(batch)
                })
                .collect::<Result<Vec<_>>>()
        };
        let (opening, steady) = (pass()?, pass()?);
        Ok(Self { texts, opening, steady, depth, agreement })
    }

    /// Inflates a message and compares it with the one that was said.
    fn verify(&self, heard: &mut Heard, first: u8) -> Result<()> {
        let text = &self.texts[usize::try_from(heard.messages)? % Self::TEXTS];
        let is_right = if first & frames::COMPRESSED == 0 {
            heard.message == *text
        } else {
            let inflate = heard.inflate.get_or_insert_with(|| Box::new(Decompress::new(false)));
            if self.agreement.server_no_context_takeover {
                inflate.reset(false);
            }
            heard.message.extend(TAIL);
            let mut inflated = Vec::with_capacity(text.len() + 64);
            inflate.decompress_vec(&heard.message, &mut inflated, FlushDecompress::Sync)?;
            inflated == *text
        };
        heard.message.clear();
        if is_right {
            Ok(())
        } else {
            Err(format!("a wrong echo: message {} of a connection", heard.messages + 1).into())
        }
    }
}

impl Exchange for Conversation {
    type Hearing = Heard;

    fn batch(&self, number: usize) -> &[u8] {
        self.opening.get(number).unwrap_or_else(|| &self.steady[number % self.steady.len()])
    }

    fn hear(&self, heard: &mut Heard, mut bytes: &[u8]) -> Result<usize> {
        heard.bytes += bytes.len() as u64;
        let mut complete = 0;
        // The frame is taken out of its place while the parts of it are looked at.
        let mut deframer = std::mem::take(&mut heard.deframer);
        while let Some(part) = deframer.next(&mut bytes) {
            let is_compared = heard.messages < COMPARED;
            if is_compared {
                heard.message.extend_from_slice(part.payload);
            }
            if part.is_end {
                if part.first | frames::COMPRESSED != frames::TEXT | frames::COMPRESSED {
                    return Err(format!("the server sent a frame that is no text: {:#x}", part.first).into());
                }
                if is_compared {
                    self.verify(heard, part.first)?;
                } else {
                    heard.inflate = None;
                }
                heard.messages += 1;
                complete += 1;
            }
        }
        heard.deframer = deframer;
        Ok(complete)
    }

    fn depth(&self) -> usize {
        self.depth
    }
}

/// Compresses a message, without the tail that the protocol leaves out.
fn compress(deflate: &mut Compress, text: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::with_capacity(2 * text.len() + 64);
    deflate.compress_vec(text, &mut compressed, FlushCompress::Sync)?;
    if !compressed.ends_with(&TAIL) {
        return Err("the compressor did not end the message".into());
    }
    compressed.truncate(compressed.len() - TAIL.len());
    Ok(compressed)
}

/// An order book as an exchange might send it: the same names again and again, other numbers.
fn text(number: usize) -> Vec<u8> {
    let mut noise = frames::noise(4 * SIZE, number as u64 + 1).into_iter();
    let mut random = |below: u32| {
        let bytes = [noise.next(), noise.next(), noise.next(), Some(0)].map(Option::unwrap_or_default);
        u32::from_le_bytes(bytes) % below
    };
    let symbol = SYMBOLS[random(8) as usize];
    let mut text = format!(
        r#"{{"type":"update","channel":"level2","symbol":"{symbol}","sequence":{},"time":"2024-05-{:02}T{:02}:{:02}:{:02}.{:06}Z","changes":["#,
        81_000_000 + random(9_000_000),
        1 + random(28),
        random(24),
        random(60),
        random(60),
        random(1_000_000)
    );
    while text.len() < SIZE - 90 {
        let side = ["buy", "sell"][random(2) as usize];
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"{{"side":"{side}","price":"{}.{:02}","size":"{}.{:08}","orders":{}}},"#,
            61_000 + random(900),
            random(100),
            random(12),
            random(10_000_000),
            1 + random(30)
        );
    }
    text.pop();
    text.push_str(r#"],"checksum":""#);
    while text.len() < SIZE - 2 {
        text.push(char::from(b"0123456789abcdef"[random(16) as usize]));
    }
    text.push_str("\"}");
    text.into_bytes()
}

const SYMBOLS: [&str; 8] = ["BTC-USD", "ETH-USD", "SOL-USD", "ADA-EUR", "XRP-EUR", "DOT-USD", "BTC-EUR", "ETH-BTC"];
/// Bytes of each message.
const SIZE: usize = 1024;
/// Messages of each connection that are inflated and compared.
const COMPARED: u64 = 32;
/// What ends a message in the compressor and is left out on the wire
/// ([RFC 7692 §7.2.1](https://www.rfc-editor.org/rfc/rfc7692#section-7.2.1)).
const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];
