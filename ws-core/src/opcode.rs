//! The kinds of frames.

/// What a frame carries: [RFC 6455 §5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// The next part of a fragmented message.
    Continuation = 0x0,
    /// Text, whole or its first part.
    Text = 0x1,
    /// Bytes, whole or their first part.
    Binary = 0x2,
    /// The sender sends nothing more.
    Close = 0x8,
    /// A question that is answered by a pong.
    Ping = 0x9,
    /// The answer to a ping, or a sign of life without a question.
    Pong = 0xA,
}

impl Opcode {
    /// Reads the four bits of the wire; `None` for a reserved opcode
    /// ([RFC 6455 §11.8](https://www.rfc-editor.org/rfc/rfc6455#section-11.8)).
    #[inline]
    #[must_use]
    pub const fn from_u8(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    /// Returns the four bits of the wire.
    #[inline]
    #[must_use]
    pub const fn as_u8(self) -> u8 {
        self as u8
    }

    /// Returns whether the frame is a control frame: short, never fragmented, allowed between the fragments of a message
    /// ([RFC 6455 §5.5](https://www.rfc-editor.org/rfc/rfc6455#section-5.5)).
    #[inline]
    #[must_use]
    pub const fn is_control(self) -> bool {
        self.as_u8() & CONTROL_BIT != 0
    }
}

const CONTROL_BIT: u8 = 0x8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6455_11_8_only_six_opcodes_are_known() {
        let known: Vec<u8> = (0..=u8::MAX).filter(|bits| Opcode::from_u8(*bits).is_some()).collect();
        assert_eq!(known, [0x0, 0x1, 0x2, 0x8, 0x9, 0xA]);
        for bits in known {
            let opcode = Opcode::from_u8(bits).unwrap();
            assert_eq!(opcode.as_u8(), bits);
            assert_eq!(opcode.is_control(), bits >= 8);
        }
    }
}
