//! The log of every message and control frame, with what is in it: for those who ask for the target `websocket::traffic`.

use std::fmt::{self, Write as _};

use tracing::level_filters::LevelFilter;
use ws_core::close::CloseCode;
use ws_core::opcode::Opcode;

use crate::labels::MessageKind;

const TRAFFIC: &str = "websocket::traffic";

/// How much of a payload is logged, unless the listener says something else.
pub(crate) const DEFAULT_LIMIT: usize = 256; // bytes

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// A connection, and how much of its payloads is logged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap<C> {
    pub(crate) connection: C,
    /// Bytes; 0 is nothing but the length.
    pub(crate) limit: usize,
}

impl Direction {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// Returns whether anybody may be interested: one load, for every message.
#[inline]
pub(crate) fn is_on() -> bool {
    LevelFilter::current() == LevelFilter::TRACE
}

impl<C: fmt::Display> Tap<C> {
    /// Logs a message, a ping, or a pong.
    #[cold]
    pub(crate) fn message(&self, direction: Direction, opcode: Opcode, payload: &[u8]) {
        let (direction, kind, length) = (direction.as_str(), MessageKind::of(opcode).as_str(), payload.len());
        let payload = self.excerpt(payload);
        tracing::trace!(target: TRAFFIC, connection = %self.connection, direction, kind, length, payload, "frame");
    }

    /// Logs a close frame; `None` has no code.
    #[cold]
    pub(crate) fn close(&self, direction: Direction, code: Option<CloseCode>, reason: &str) {
        let (direction, kind) = (direction.as_str(), MessageKind::Close.as_str());
        let (length, status) = (code.map_or(0, |_| 2 + reason.len()), code.map(CloseCode::as_u16));
        let payload = self.excerpt(reason.as_bytes());
        tracing::trace!(target: TRAFFIC, connection = %self.connection, direction, kind, length, status, payload, "frame");
    }

    /// Logs why a message did not reach its callback, which quotes the message.
    #[cold]
    pub(crate) fn rejected(&self, error: impl fmt::Display) {
        let error = error.to_string();
        let error = self.excerpt(error.as_bytes());
        tracing::trace!(target: TRAFFIC, connection = %self.connection, error, "message rejected");
    }

    /// `None` if nothing of payloads is to be logged.
    fn excerpt<'p>(&self, payload: &'p [u8]) -> Option<tracing::field::DisplayValue<Excerpt<'p>>> {
        (self.limit > 0).then(|| tracing::field::display(Excerpt { payload, limit: self.limit }))
    }
}

/// The beginning of a payload, without what a terminal would obey.
struct Excerpt<'p> {
    payload: &'p [u8],
    /// Bytes.
    limit: usize,
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.limit.min(self.payload.len());
        match str::from_utf8(self.payload) {
            Ok(text) => write!(f, "{}", text[..text.floor_char_boundary(end)].escape_debug())?,
            Err(_) => write!(f, "{}", self.payload[..end].escape_ascii())?,
        }
        if end < self.payload.len() { f.write_char('…') } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_cut_between_characters_and_has_no_control_characters() {
        let table: [(&[u8], usize, &str); 7] = [
            (b"abc", 3, "abc"),
            (b"abc", 2, "ab…"),
            ("aé".as_bytes(), 2, "a…"),
            ("é".as_bytes(), 1, "…"),
            (b"\x1b[2J\r\n\0", 64, "\\u{1b}[2J\\r\\n\\0"),
            ("\u{202e}\u{85}".as_bytes(), 64, "\\u{202e}\\u{85}"),
            (b"\xff\x1ba", 64, "\\xff\\x1ba"),
        ];
        for (payload, limit, expected) in table {
            assert_eq!(Excerpt { payload, limit }.to_string(), expected);
        }
        let tap = Tap { connection: "", limit: 0 };
        assert!(tap.excerpt(b"abc").is_none());
    }
}
