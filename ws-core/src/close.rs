//! Why a connection ends: close codes, and the payload of close frames.

use std::borrow::Cow;
use std::fmt;

use crate::error::ProtocolError;
use crate::frame::{MAX_CONTROL_PAYLOAD, encode_frame};
use crate::opcode::Opcode;

/// Why a connection ended, as a number: [RFC 6455 §7.4](https://www.rfc-editor.org/rfc/rfc6455#section-7.4).
///
/// It is either a code that may stand in a close frame, or one of the two that never do: [`NO_STATUS`](Self::NO_STATUS) and
/// [`ABNORMAL`](Self::ABNORMAL).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose of the connection is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the endpoint goes away: a server shuts down, or a browser leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the peer broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: the endpoint cannot accept this kind of data.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// 1005: the close frame carried no code. Never on the wire.
    pub const NO_STATUS: Self = Self(1005);
    /// 1006: the connection vanished without a close frame. Never on the wire.
    pub const ABNORMAL: Self = Self(1006);
    /// 1007: the data does not match its type: a text that is not UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// 1008: the message violates a policy.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// 1009: the message is too big.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);
    /// 1010: the server did not agree to an extension that the client needs.
    pub const MANDATORY_EXTENSION: Self = Self(1010);
    /// 1011: something unexpected kept the endpoint from fulfilling the request.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the service restarts.
    pub const SERVICE_RESTART: Self = Self(1012);
    /// 1013: the service is overloaded.
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// 1014: a gateway got an invalid response.
    pub const BAD_GATEWAY: Self = Self(1014);

    /// Accepts a code that may stand in a close frame: 1000 to 1003, 1007 to 1014, and 3000 to 4999.
    #[must_use]
    pub const fn received(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// Returns the number.
    #[inline]
    #[must_use]
    pub const fn as_u16(self) -> u16 {
        self.0
    }

    const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NORMAL => "normal closure",
            Self::GOING_AWAY => "going away",
            Self::PROTOCOL_ERROR => "protocol error",
            Self::UNSUPPORTED_DATA => "unsupported data",
            Self::NO_STATUS => "no status received",
            Self::ABNORMAL => "abnormal closure",
            Self::INVALID_PAYLOAD => "invalid payload",
            Self::POLICY_VIOLATION => "policy violation",
            Self::MESSAGE_TOO_BIG => "message too big",
            Self::MANDATORY_EXTENSION => "mandatory extension",
            Self::INTERNAL_ERROR => "internal error",
            Self::SERVICE_RESTART => "service restart",
            Self::TRY_AGAIN_LATER => "try again later",
            Self::BAD_GATEWAY => "bad gateway",
            _ => return None,
        })
    }
}

/// The number, and the name of a registered code: `1000 (normal closure)`, `4001`.
impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl From<CloseCode> for u16 {
    fn from(code: CloseCode) -> Self {
        code.0
    }
}

impl PartialEq<u16> for CloseCode {
    fn eq(&self, code: &u16) -> bool {
        self.0 == *code
    }
}

/// A close frame to send: a code that may stand in one, and a reason of at most 123 bytes.
///
/// A longer reason is cut on the boundary of a character
/// ([RFC 6455 §5.5.1](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    code: CloseCode,
    reason: Cow<'static, str>,
}

impl CloseFrame {
    /// Makes a close frame with any code that may be sent, those of the application (3000 to 4999) included.
    ///
    /// # Errors
    /// [`InvalidCloseCode`] if the code must not be sent: 1004, 1005, 1006, 1015, everything below 1000 and from 5000, and what is not
    /// assigned below 3000.
    ///
    /// # Examples
    /// ```
    /// use ws_core::close::CloseFrame;
    ///
    /// assert_eq!(CloseFrame::new(4001, "kicked").unwrap().code(), 4001);
    /// assert!(CloseFrame::new(1006, "").is_err());
    /// ```
    pub fn new(code: u16, reason: impl Into<Cow<'static, str>>) -> Result<Self, InvalidCloseCode> {
        match CloseCode::received(code) {
            Some(code) => Ok(Self::with(code, reason)),
            None => Err(InvalidCloseCode(code)),
        }
    }

    /// 1000 without a reason.
    #[must_use]
    pub const fn normal() -> Self {
        Self { code: CloseCode::NORMAL, reason: Cow::Borrowed("") }
    }

    /// 1001 without a reason.
    #[must_use]
    pub const fn going_away() -> Self {
        Self { code: CloseCode::GOING_AWAY, reason: Cow::Borrowed("") }
    }

    /// 1002.
    #[must_use]
    pub fn protocol_error(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::PROTOCOL_ERROR, reason)
    }

    /// 1003.
    #[must_use]
    pub fn unsupported_data(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::UNSUPPORTED_DATA, reason)
    }

    /// 1007.
    #[must_use]
    pub fn invalid_payload(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::INVALID_PAYLOAD, reason)
    }

    /// 1008.
    #[must_use]
    pub fn policy_violation(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::POLICY_VIOLATION, reason)
    }

    /// 1009.
    #[must_use]
    pub fn message_too_big(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::MESSAGE_TOO_BIG, reason)
    }

    /// 1011.
    #[must_use]
    pub fn internal_error(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::INTERNAL_ERROR, reason)
    }

    /// 1012.
    #[must_use]
    pub fn service_restart(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::SERVICE_RESTART, reason)
    }

    /// 1013.
    #[must_use]
    pub fn try_again_later(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(CloseCode::TRY_AGAIN_LATER, reason)
    }

    /// Returns the code.
    #[must_use]
    pub const fn code(&self) -> CloseCode {
        self.code
    }

    /// Returns the reason, already cut.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Encodes the payload of the frame: the code, then the reason.
    #[must_use]
    pub fn encode_payload(&self) -> Vec<u8> {
        [&self.code.0.to_be_bytes()[..], self.reason.as_bytes()].concat()
    }

    /// Appends the whole frame to `out`; a client passes the masking key.
    pub fn encode(&self, out: &mut Vec<u8>, mask: Option<[u8; 4]>) {
        encode_frame(out, true, Opcode::Close, &self.encode_payload(), mask);
    }

    fn with(code: CloseCode, reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = match reason.into() {
            Cow::Borrowed(reason) => Cow::Borrowed(&reason[..reason.floor_char_boundary(MAX_REASON)]),
            Cow::Owned(mut reason) => {
                reason.truncate(reason.floor_char_boundary(MAX_REASON));
                Cow::Owned(reason)
            }
        };
        Self { code, reason }
    }
}

/// A close code that must not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid close code {0}")]
pub struct InvalidCloseCode(pub u16);

/// Reads the payload of a received close frame: [RFC 6455 §5.5.1](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1).
///
/// Without a payload the code is [`CloseCode::NO_STATUS`].
///
/// # Errors
/// [`ProtocolError::ClosePayloadTooShort`], [`ProtocolError::InvalidCloseCode`], or [`ProtocolError::InvalidCloseReason`].
pub fn parse_payload(payload: &[u8]) -> Result<(CloseCode, &str), ProtocolError> {
    match payload {
        [] => Ok((CloseCode::NO_STATUS, "")),
        [_] => Err(ProtocolError::ClosePayloadTooShort),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            let code = CloseCode::received(code).ok_or(ProtocolError::InvalidCloseCode { code })?;
            let reason = std::str::from_utf8(reason).map_err(|_| ProtocolError::InvalidCloseReason)?;
            Ok((code, reason))
        }
    }
}

const MAX_REASON: usize = MAX_CONTROL_PAYLOAD - 2; // bytes, RFC 6455 §5.5.1: the code takes two

#[cfg(test)]
mod tests;
