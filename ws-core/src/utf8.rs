//! UTF-8 that arrives in pieces.

/// Bytes that are not, and cannot become, UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid UTF-8")]
pub struct InvalidUtf8;

/// Validates a text piece by piece, wherever the pieces are cut.
///
/// It fails with the first byte that makes the text invalid, and never later, as
/// [RFC 6455 §8.1](https://www.rfc-editor.org/rfc/rfc6455#section-8.1) asks for. It holds at most the three bytes of one unfinished
/// character.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8Validator {
    carry: [u8; MAX_CHAR],
    carried: u8,
}

impl Utf8Validator {
    /// Makes a validator at the beginning of a text.
    #[must_use]
    pub const fn new() -> Self {
        Self { carry: [0; MAX_CHAR], carried: 0 }
    }

    /// Validates the next piece.
    ///
    /// # Errors
    /// [`InvalidUtf8`] if no continuation could make the text valid. The validator is of no use then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), InvalidUtf8> {
        let bytes = if self.carried == 0 { bytes } else { self.complete(bytes)? };
        match simdutf8::compat::from_utf8(bytes) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_some() => Err(InvalidUtf8),
            Err(error) => {
                for byte in &bytes[error.valid_up_to()..] {
                    self.carry(*byte);
                }
                Ok(())
            }
        }
    }

    /// Checks that the text does not end inside a character.
    ///
    /// # Errors
    /// [`InvalidUtf8`] if it does.
    pub fn finish(&self) -> Result<(), InvalidUtf8> {
        if self.carried == 0 { Ok(()) } else { Err(InvalidUtf8) }
    }

    /// Completes the unfinished character and returns what follows it.
    fn complete<'a>(&mut self, mut bytes: &'a [u8]) -> Result<&'a [u8], InvalidUtf8> {
        while let [byte, rest @ ..] = bytes {
            bytes = rest;
            self.carry(*byte);
            match std::str::from_utf8(&self.carry[..usize::from(self.carried)]) {
                Ok(_) => {
                    self.carried = 0;
                    break;
                }
                Err(error) if error.error_len().is_some() => return Err(InvalidUtf8),
                Err(_) => {}
            }
        }
        Ok(bytes)
    }

    fn carry(&mut self, byte: u8) {
        self.carry[usize::from(self.carried)] = byte;
        self.carried += 1;
    }
}

/// Bytes of the longest character.
const MAX_CHAR: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn validate<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<(), InvalidUtf8> {
        let mut validator = Utf8Validator::new();
        pieces.into_iter().try_for_each(|piece| validator.push(piece))?;
        validator.finish()
    }

    /// Returns how many bytes it takes until nothing can make the text valid.
    fn fails_after(bytes: &[u8]) -> Option<usize> {
        let mut validator = Utf8Validator::new();
        bytes.chunks(1).position(|byte| validator.push(byte).is_err()).map(|index| index + 1)
    }

    #[test]
    fn rfc6455_8_1_hopeless_text_fails_with_its_first_wrong_byte() {
        let table: [(&[u8], usize); 16] = [
            (b"\x80", 1),
            (b"\xBF", 1),
            (b"\xC0", 1),
            (b"\xC1", 1),
            (b"\xF5", 1),
            (b"\xFE", 1),
            (b"\xFF", 1),
            (b"\xC3\x28", 2),
            (b"\xE0\x9F", 2),
            (b"\xED\xA0", 2),
            (b"\xF0\x8F", 2),
            (b"\xF4\x90", 2),
            (b"\xE2\x82\x28", 3),
            (b"\xF0\x9F\x98\x28", 4),
            (b"a\xC3\xA9\xED\xBF", 5),
            (b"\xCE\xBA\xE1\xBD\xB9\xF4\x90\x80\x80", 7),
        ];
        for (bytes, length) in table {
            assert_eq!(fails_after(bytes), Some(length), "{bytes:x?}");
            for cut in 0..length {
                let mut validator = Utf8Validator::new();
                assert_eq!(validator.push(&bytes[..cut]), Ok(()), "{bytes:x?} cut at {cut}");
                assert_eq!(validator.push(&bytes[cut..length]), Err(InvalidUtf8), "{bytes:x?} cut at {cut}");
            }
        }
    }

    #[test]
    fn rfc6455_8_1_text_must_not_end_inside_a_character() {
        for text in ["é", "€", "😀", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10FFFF}"] {
            for cut in 1..text.len() {
                let mut validator = Utf8Validator::new();
                assert_eq!(validator.push(&text.as_bytes()[..cut]), Ok(()), "{text} cut at {cut}");
                assert_eq!(validator.finish(), Err(InvalidUtf8), "{text} cut at {cut}");
                assert_eq!(validator.push(&text.as_bytes()[cut..]), Ok(()), "{text} cut at {cut}");
                assert_eq!(validator.finish(), Ok(()), "{text} cut at {cut}");
            }
        }
    }

    #[test]
    fn empty_pieces_change_nothing() {
        assert_eq!(validate([]), Ok(()));
        assert_eq!(validate([&b""[..], b"\xE2", b"", b"\x82", b"", b"", b"\xAC", b""]), Ok(()));
    }

    fn nearly_text() -> impl Strategy<Value = Vec<u8>> {
        let damage = prop::option::weighted(0.7, (any::<prop::sample::Index>(), any::<u8>()));
        (any::<String>(), damage).prop_map(|(text, damage)| {
            let mut bytes = text.into_bytes();
            if let (Some((index, byte)), false) = (damage, bytes.is_empty()) {
                let index = index.index(bytes.len());
                bytes[index] = byte;
            }
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn any_split_gives_the_verdict_of_std(bytes in nearly_text(), size in 1..9_usize, cut in 0..100_usize) {
            let verdict = std::str::from_utf8(&bytes).map(drop).map_err(|_| InvalidUtf8);
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(validate(bytes.chunks(size)), verdict);
            prop_assert_eq!(validate([head, tail]), verdict);
        }

        #[test]
        fn text_fails_as_soon_as_std_knows(bytes in nearly_text()) {
            let hopeless = |end: &usize| {
                std::str::from_utf8(&bytes[..*end]).is_err_and(|error| error.error_len().is_some())
            };
            prop_assert_eq!(fails_after(&bytes), (1..=bytes.len()).find(hopeless));
        }

        #[test]
        fn any_bytes_are_judged_like_std(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let verdict = std::str::from_utf8(&bytes).map(drop).map_err(|_| InvalidUtf8);
            prop_assert_eq!(validate(bytes.chunks(1)), verdict);
            prop_assert_eq!(validate([&bytes[..]]), verdict);
        }
    }
}
