//! What a JSON string means: [RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7).

use std::ops::RangeInclusive;
use std::str::Chars;

/// What stands between the quotes of a JSON string, which is valid.
#[derive(Clone, Copy, Debug)]
pub struct JsonStr<'a> {
    pub(super) raw: &'a str,
    pub(super) has_escapes: bool,
}

impl<'a> JsonStr<'a> {
    /// Takes a value that [`fields`](super::fields) has found, if it is a string.
    #[must_use]
    pub fn from_value(value: &'a str) -> Option<Self> {
        let raw = value.strip_prefix('"')?.strip_suffix('"')?;
        Some(Self { raw, has_escapes: raw.contains('\\') })
    }

    /// Returns the string, unless it has escapes.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        (!self.has_escapes).then_some(self.raw)
    }

    /// Returns the characters that the string means.
    pub fn chars(self) -> impl Iterator<Item = char> + Clone + 'a {
        let mut chars = self.raw.chars();
        std::iter::from_fn(move || match chars.next()? {
            '\\' => Some(unescape(&mut chars)),
            char => Some(char),
        })
    }
}

/// Reads what stands behind a backslash. The string is known to be valid.
fn unescape(chars: &mut Chars<'_>) -> char {
    match chars.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => {
            let unit = code_unit(chars);
            if !HIGH_SURROGATES.contains(&unit) {
                return char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
            }
            // The other half of the pair, behind its own `\u`.
            chars.nth(1);
            let low = code_unit(chars);
            let code =
                0x1_0000 + ((unit - HIGH_SURROGATES.start()) << 10) + low.saturating_sub(*LOW_SURROGATES.start());
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        char => char.unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

fn code_unit(chars: &mut Chars<'_>) -> u32 {
    chars.take(4).fold(0, |unit, digit| (unit << 4) | digit.to_digit(16).unwrap_or(0))
}

pub(super) const HIGH_SURROGATES: RangeInclusive<u32> = 0xd800..=0xdbff;
pub(super) const LOW_SURROGATES: RangeInclusive<u32> = 0xdc00..=0xdfff;
