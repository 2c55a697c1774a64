//! What a peer can do wrong on an open connection.

use crate::close::{CloseCode, CloseFrame};
use crate::opcode::Opcode;
use crate::utf8::InvalidUtf8;

/// A frame or message that the protocol or a limit forbids.
///
/// The peer caused it and only the peer can avoid it. The connection does not survive: answer with a close frame that carries
/// [`close_code`](Self::close_code), read nothing more
/// ([RFC 6455 §7.1.7](https://www.rfc-editor.org/rfc/rfc6455#section-7.1.7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The payload of a close frame is a single byte, which is no code.
    #[error("close frame with a payload of one byte")]
    ClosePayloadTooShort,
    /// A control frame announces more than 125 bytes.
    #[error("{opcode:?} frame with more than 125 bytes")]
    ControlFrameTooLarge {
        /// The kind of the control frame.
        opcode: Opcode,
    },
    /// A control frame without the FIN bit.
    #[error("{opcode:?} frame is fragmented")]
    FragmentedControlFrame {
        /// The kind of the control frame.
        opcode: Opcode,
    },
    /// A data frame announces more bytes than a frame may have.
    #[error("frame of {length} bytes exceeds the limit of {limit} bytes")]
    FrameTooLarge {
        /// The announced length in bytes.
        length: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// A close frame with a code that must not be sent.
    #[error("invalid close code {code}")]
    InvalidCloseCode {
        /// The code.
        code: u16,
    },
    /// The reason of a close frame is not UTF-8.
    #[error("close reason is not valid UTF-8")]
    InvalidCloseReason,
    /// A compressed message is not what the extension asks for
    /// ([RFC 7692 §7.2.2](https://www.rfc-editor.org/rfc/rfc7692#section-7.2.2)).
    #[error("compressed message is invalid")]
    InvalidCompression,
    /// A text message is not UTF-8.
    #[error("text message is not valid UTF-8")]
    InvalidUtf8,
    /// The most significant bit of a 64-bit length is set.
    #[error("frame length {length} exceeds 63 bits")]
    LengthOverflow {
        /// The announced length in bytes.
        length: u64,
    },
    /// A message would grow beyond what a message may have.
    #[error("message of at least {length} bytes exceeds the limit of {limit} bytes")]
    MessageTooLarge {
        /// The bytes received so far and the announced length of the next frame.
        length: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// A new message begins before the fragmented one has ended.
    #[error("{opcode:?} frame inside a fragmented message")]
    MissingContinuation {
        /// The kind of the frame that came instead of a continuation.
        opcode: Opcode,
    },
    /// The client sent a frame without a mask.
    #[error("frame from a client is not masked")]
    MissingMask,
    /// A length stands in a wider field than it needs.
    #[error("frame length {length} is not encoded in the shortest form")]
    NonMinimalLength {
        /// The announced length in bytes.
        length: u64,
    },
    /// A reserved bit is set that no negotiated extension defines.
    #[error("reserved bits {bits:#05b} are set without an extension")]
    ReservedBits {
        /// RSV1, RSV2, and RSV3 as a three-bit number.
        bits: u8,
    },
    /// More control frames in a second than the limit allows. Found by whoever has a clock.
    #[error("more than {limit} control frames in a second")]
    TooManyControlFrames {
        /// The limit.
        limit: u32,
    },
    /// A message has more fragments than the limit allows.
    #[error("message of more than {limit} fragments")]
    TooManyFragments {
        /// The limit.
        limit: u32,
    },
    /// A continuation frame without a message to continue.
    #[error("continuation frame without a message to continue")]
    UnexpectedContinuation,
    /// The server sent a frame with a mask.
    #[error("frame from a server is masked")]
    UnexpectedMask,
    /// A reserved opcode.
    #[error("unknown opcode {opcode:#03x}")]
    UnknownOpcode {
        /// The four bits of the wire.
        opcode: u8,
    },
}

impl ProtocolError {
    /// Returns the code of the close frame that answers the error:
    /// [RFC 6455 §7.4.1](https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1).
    #[must_use]
    pub const fn close_code(&self) -> CloseCode {
        match self {
            Self::FrameTooLarge { .. } | Self::MessageTooLarge { .. } => CloseCode::MESSAGE_TOO_BIG,
            Self::InvalidCloseReason | Self::InvalidCompression | Self::InvalidUtf8 => CloseCode::INVALID_PAYLOAD,
            Self::TooManyControlFrames { .. } | Self::TooManyFragments { .. } => CloseCode::POLICY_VIOLATION,
            Self::ClosePayloadTooShort
            | Self::ControlFrameTooLarge { .. }
            | Self::FragmentedControlFrame { .. }
            | Self::InvalidCloseCode { .. }
            | Self::LengthOverflow { .. }
            | Self::MissingContinuation { .. }
            | Self::MissingMask
            | Self::NonMinimalLength { .. }
            | Self::ReservedBits { .. }
            | Self::UnexpectedContinuation
            | Self::UnexpectedMask
            | Self::UnknownOpcode { .. } => CloseCode::PROTOCOL_ERROR,
        }
    }
}

/// The close frame that answers the error, with the error's text as its reason.
impl From<&ProtocolError> for CloseFrame {
    fn from(error: &ProtocolError) -> Self {
        Self::new(error.close_code().as_u16(), error.to_string()).unwrap_or_else(|_| Self::protocol_error(""))
    }
}

impl From<InvalidUtf8> for ProtocolError {
    fn from(InvalidUtf8: InvalidUtf8) -> Self {
        Self::InvalidUtf8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6455_7_4_1_every_error_has_its_close_code_and_text() {
        use ProtocolError as E;
        let opcode = Opcode::Ping;
        let table = [
            (E::ClosePayloadTooShort, 1002, "close frame with a payload of one byte"),
            (E::ControlFrameTooLarge { opcode }, 1002, "Ping frame with more than 125 bytes"),
            (E::FragmentedControlFrame { opcode }, 1002, "Ping frame is fragmented"),
            (E::FrameTooLarge { length: 9, limit: 8 }, 1009, "frame of 9 bytes exceeds the limit of 8 bytes"),
            (E::InvalidCloseCode { code: 999 }, 1002, "invalid close code 999"),
            (E::InvalidCloseReason, 1007, "close reason is not valid UTF-8"),
            (E::InvalidUtf8, 1007, "text message is not valid UTF-8"),
            (E::LengthOverflow { length: 1 << 63 }, 1002, "frame length 9223372036854775808 exceeds 63 bits"),
            (
                E::MessageTooLarge { length: 9, limit: 8 },
                1009,
                "message of at least 9 bytes exceeds the limit of 8 bytes",
            ),
            (E::MissingContinuation { opcode: Opcode::Text }, 1002, "Text frame inside a fragmented message"),
            (E::MissingMask, 1002, "frame from a client is not masked"),
            (E::NonMinimalLength { length: 5 }, 1002, "frame length 5 is not encoded in the shortest form"),
            (E::ReservedBits { bits: 4 }, 1002, "reserved bits 0b100 are set without an extension"),
            (E::TooManyControlFrames { limit: 9 }, 1008, "more than 9 control frames in a second"),
            (E::TooManyFragments { limit: 9 }, 1008, "message of more than 9 fragments"),
            (E::UnexpectedContinuation, 1002, "continuation frame without a message to continue"),
            (E::UnexpectedMask, 1002, "frame from a server is masked"),
            (E::UnknownOpcode { opcode: 3 }, 1002, "unknown opcode 0x3"),
        ];
        for (error, code, text) in table {
            assert_eq!(error.close_code(), code);
            assert_eq!(error.to_string(), text);
            let frame = CloseFrame::from(&error);
            assert_eq!((frame.code(), frame.reason()), (error.close_code(), text));
        }
    }
}
