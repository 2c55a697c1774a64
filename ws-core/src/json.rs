//! The fields at the top level of a JSON object: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259).
//!
//! One pass over the bytes finds them, without a tree and without an allocation, and is strict: what `serde_json` would not
//! read is no object. Values stay as they were written.

mod string;

use string::{HIGH_SURROGATES, LOW_SURROGATES};

pub use string::JsonStr;

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
    let mut scanner = Scanner { rest: text.as_bytes() };
    let mut values = [None; N];
    scanner.expect(b'{')?;
    if !scanner.takes(b'}') {
        loop {
            let name = scanner.name()?;
            let first = scanner.token()?;
            let start = text.len() - scanner.rest.len() - 1;
            scanner.value(first)?;
            if let Some(index) = names.iter().position(|searched| name.is(searched)) {
                values[index] = Some(&text[start..text.len() - scanner.rest.len()]);
            }
            match scanner.token()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
    }
    scanner.token().is_none().then_some(values)
}

/// The name of a field, as it was written.
struct Name<'a> {
    raw: &'a [u8],
    has_escapes: bool,
}

impl Name<'_> {
    #[inline]
    fn is(&self, other: &str) -> bool {
        if self.has_escapes { self.means(other) } else { self.raw == other.as_bytes() }
    }

    #[cold]
    fn means(&self, other: &str) -> bool {
        str::from_utf8(self.raw).is_ok_and(|raw| JsonStr { raw, has_escapes: true }.chars().eq(other.chars()))
    }
}

/// What is left of a text. Each method moves on behind what it names; `None` is what no JSON has there.
struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// The next byte that is no white space.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = self.next()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        match self.rest {
            // Most have no white space.
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                Some(())
            }
            _ => (self.token()? == byte).then_some(()),
        }
    }

    /// Whether this byte is the next token; moves on behind it then.
    #[inline]
    fn takes(&mut self, byte: u8) -> bool {
        let here = self.rest;
        let is_next = self.token() == Some(byte);
        if !is_next {
            self.rest = here;
        }
        is_next
    }

    /// The name of a field, and the colon behind it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a fifth less for a whole message")]
    fn name(&mut self) -> Option<Name<'a>> {
        self.expect(b'"')?;
        let start = self.rest;
        let has_escapes = self.string()?;
        let raw = &start[..start.len() - self.rest.len() - 1];
        self.expect(b':')?;
        Some(Name { raw, has_escapes })
    }

    /// The rest of a value, whatever it is, at the depth 1.
    #[inline]
    fn value(&mut self, first: u8) -> Option<()> {
        match first {
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
                    first @ (b'{' | b'[') => {
                        open.push(first == b'{')?;
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

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a fifth less for a whole message")]
    fn scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number(first),
            b't' => self.literal(b"rue"),
            b'f' => self.literal(b"alse"),
            b'n' => self.literal(b"ull"),
            _ => None,
        }
    }

    fn literal(&mut self, rest: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(rest)?;
        Some(())
    }

    fn number(&mut self, first: u8) -> Option<()> {
        let start = self.rest;
        let digit = if first == b'-' { self.next()? } else { first };
        match digit {
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return None,
        }
        if let [b'.', rest @ ..] = self.rest {
            self.rest = rest;
            self.digits()?;
        }
        let mut is_large = start.len() - self.rest.len() > f64::MAX_10_EXP as usize;
        if let [b'e' | b'E', rest @ ..] = self.rest {
            is_large = true;
            self.rest = if let [b'+' | b'-', rest @ ..] = rest { rest } else { rest };
            self.digits()?;
        }
        // What no `f64` holds, no deserializer of numbers reads.
        (!is_large || is_finite(first, &start[..start.len() - self.rest.len()])).then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        self.next().filter(u8::is_ascii_digit)?;
        self.skip_digits();
        Some(())
    }

    #[inline]
    fn skip_digits(&mut self) {
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// The rest of a string, with its closing quote. Returns whether there are escapes in it.
    #[inline]
    fn string(&mut self) -> Option<bool> {
        self.skip_plain();
        match self.next()? {
            b'"' => Some(false),
            b'\\' => self.escaped(),
            _ => None,
        }
    }

    /// The rest of a string behind its first backslash.
    #[cold]
    fn escaped(&mut self) -> Option<bool> {
        loop {
            self.escape()?;
            self.skip_plain();
            match self.next()? {
                b'"' => return Some(true),
                b'\\' => {}
                _ => return None,
            }
        }
    }

    /// The plain part of a string: up to a quote, a backslash, or a control character.
    #[inline]
    fn skip_plain(&mut self) {
        while let Some((word, rest)) = self.rest.split_first_chunk::<8>() {
            let special = special_bits(u64::from_le_bytes(*word));
            if special != 0 {
                self.rest = &self.rest[special.trailing_zeros() as usize / 8..];
                return;
            }
            self.rest = rest;
        }
        while let [byte, rest @ ..] = self.rest
            && !matches!(byte, b'"' | b'\\' | 0..b' ')
        {
            self.rest = rest;
        }
    }

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

#[cold]
fn is_finite(first: u8, rest: &[u8]) -> bool {
    let number = [&[first], rest].concat();
    str::from_utf8(&number).is_ok_and(|number| number.parse().is_ok_and(f64::is_finite))
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
