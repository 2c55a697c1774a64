//! The fields at the top level of a JSON object: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259).
//!
//! One pass over the bytes finds them, without a tree and without an allocation, and is strict: what `serde_json` would not
//! read is no object. Values stay as they were written.

use std::ops::RangeInclusive;
use std::str::Chars;

/// The deepest nesting of objects and arrays: that of `serde_json`.
const MAX_DEPTH: u32 = 127;

/// Finds the values of fields at the top level of an object, each as it was written; of several of one name the last one.
///
/// `None` if the text is no JSON object.
///
/// ```
/// use ws_core::json;
///
/// let text = r#"{"event": "subscribe", "id": 7, "pair": ["XBT/USD"]}"#;
/// assert_eq!(json::fields(text, ["event", "id", "x"]), Some([Some("\"subscribe\""), Some("7"), None]));
/// assert_eq!(json::fields("[1, 2]", ["event"]), None);
/// ```
#[must_use]
pub fn fields<'a, const N: usize>(text: &'a str, names: [&str; N]) -> Option<[Option<&'a str>; N]> {
    let mut scanner = Scanner { text, at: 0 };
    let mut values = [None; N];
    scanner.expect(b'{')?;
    if !scanner.takes(b'}') {
        loop {
            let name = scanner.name()?;
            scanner.skip_whitespace();
            let start = scanner.at;
            scanner.value()?;
            for (value, _) in values.iter_mut().zip(names).filter(|(_, searched)| name.is(searched)) {
                *value = Some(&text[start..scanner.at]);
            }
            match scanner.token()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
    }
    scanner.skip_whitespace();
    (scanner.at == text.len()).then_some(values)
}

/// What stands between the quotes of a JSON string, which is valid.
#[derive(Clone, Copy, Debug)]
pub struct JsonStr<'a> {
    raw: &'a str,
    has_escapes: bool,
}

impl<'a> JsonStr<'a> {
    /// Takes a value that [`fields`] has found, if it is a string.
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

    fn is(self, other: &str) -> bool {
        if self.has_escapes { self.chars().eq(other.chars()) } else { self.raw == other }
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

const HIGH_SURROGATES: RangeInclusive<u32> = 0xd800..=0xdbff;
const LOW_SURROGATES: RangeInclusive<u32> = 0xdc00..=0xdfff;

/// A place in a text. Each method moves on behind what it names; `None` is what no JSON has there.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// The next byte that is no white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        self.skip_whitespace();
        self.next()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.token()? == byte).then_some(())
    }

    /// Whether this byte is the next token; moves on behind it then.
    fn takes(&mut self, byte: u8) -> bool {
        self.skip_whitespace();
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The name of a field, and the colon behind it.
    #[inline]
    fn name(&mut self) -> Option<JsonStr<'a>> {
        self.expect(b'"')?;
        let name = self.string()?;
        self.expect(b':')?;
        Some(name)
    }

    /// A whole value, whatever it is, at the depth 1.
    #[inline]
    fn value(&mut self) -> Option<()> {
        match self.next()? {
            b'{' => self.nested(true),
            b'[' => self.nested(false),
            first => self.scalar(first),
        }
    }

    /// The rest of an object or an array, with all that is in it.
    fn nested(&mut self, is_object: bool) -> Option<()> {
        let mut open = Nesting::new();
        open.push(is_object)?;
        let mut is_empty = true;
        loop {
            // In front of a value, or of the end of what has just been opened.
            let is_object = open.is_object();
            if is_empty && self.takes(if is_object { b'}' } else { b']' }) {
                open.pop();
            } else {
                if is_object {
                    self.name()?;
                }
                match self.token()? {
                    b'{' => {
                        open.push(true)?;
                        is_empty = true;
                        continue;
                    }
                    b'[' => {
                        open.push(false)?;
                        is_empty = true;
                        continue;
                    }
                    first => self.scalar(first)?,
                }
            }
            is_empty = false;
            // Behind a value.
            loop {
                if open.is_over() {
                    return Some(());
                }
                match (self.token()?, open.is_object()) {
                    (b',', _) => break,
                    (b'}', true) | (b']', false) => open.pop(),
                    _ => return None,
                }
            }
        }
    }

    #[inline]
    fn scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number(first),
            b't' => self.literal("rue"),
            b'f' => self.literal("alse"),
            b'n' => self.literal("ull"),
            _ => None,
        }
    }

    fn literal(&mut self, rest: &str) -> Option<()> {
        self.text.as_bytes()[self.at..].starts_with(rest.as_bytes()).then(|| self.at += rest.len())
    }

    fn number(&mut self, first: u8) -> Option<()> {
        let start = self.at - 1;
        let digit = if first == b'-' { self.next()? } else { first };
        match digit {
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        // What no `f64` holds, no deserializer of numbers reads.
        let is_large = has_exponent || self.at - start > f64::MAX_10_EXP as usize;
        (!is_large || self.text[start..self.at].parse().is_ok_and(f64::is_finite)).then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_digits();
        (self.at > start).then_some(())
    }

    fn skip_digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    /// What is behind an opening quote, to the closing one.
    #[inline]
    fn string(&mut self) -> Option<JsonStr<'a>> {
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += special_byte(&self.text.as_bytes()[self.at..])?;
            match self.next()? {
                b'"' => return Some(JsonStr { raw: &self.text[start..self.at - 1], has_escapes }),
                b'\\' => self.escape()?,
                _ => return None,
            }
            has_escapes = true;
        }
    }

    #[cold]
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let unit = self.code_unit()?;
                if HIGH_SURROGATES.contains(&unit) {
                    (self.next()? == b'\\' && self.next()? == b'u').then_some(())?;
                    return LOW_SURROGATES.contains(&self.code_unit()?).then_some(());
                }
                (!LOW_SURROGATES.contains(&unit)).then_some(())
            }
            _ => None,
        }
    }

    fn code_unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some((unit << 4) | char::from(self.next()?).to_digit(16)?))
    }
}

/// The objects and arrays around a place, below the outermost object: a bit for each, the innermost is the lowest.
struct Nesting {
    kinds: u128,
    depth: u32,
}

impl Nesting {
    const fn new() -> Self {
        Self { kinds: 0, depth: 0 }
    }

    fn push(&mut self, is_object: bool) -> Option<()> {
        self.kinds = (self.kinds << 1) | u128::from(is_object);
        self.depth += 1;
        (self.depth < MAX_DEPTH).then_some(())
    }

    fn pop(&mut self) {
        self.kinds >>= 1;
        self.depth -= 1;
    }

    const fn is_object(&self) -> bool {
        self.kinds & 1 == 1
    }

    const fn is_over(&self) -> bool {
        self.depth == 0
    }
}

/// Finds the first byte that ends a plain part of a string: a quote, a backslash, or a control character.
#[inline]
fn special_byte(bytes: &[u8]) -> Option<usize> {
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let special = special_bits(u64::from_le_bytes(*word));
        if special != 0 {
            return Some(index * 8 + special.trailing_zeros() as usize / 8);
        }
    }
    let index = rest.iter().position(is_special)?;
    Some(words.len() * 8 + index)
}

/// Sets the highest bit of each special byte; above the lowest of them also of others.
const fn special_bits(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    /// Below `limit`, at most 128.
    const fn below(word: u64, limit: u64) -> u64 {
        word.wrapping_sub(ONES * limit) & !word & HIGHS
    }
    let quote = below(word ^ (ONES * b'"' as u64), 1);
    let backslash = below(word ^ (ONES * b'\\' as u64), 1);
    quote | backslash | below(word, b' ' as u64)
}

#[cfg(test)]
mod tests;
