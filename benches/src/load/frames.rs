//! Frames as bytes: [RFC 6455 §5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.2). Written here once more, because a load
//! generator that used the codec of a server could not find its mistakes.

/// The first byte of an unfragmented frame.
pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
/// Added to the first byte of a compressed message.
pub(crate) const COMPRESSED: u8 = 0x40;

/// Appends the frame of a client.
pub(crate) fn push_masked(out: &mut Vec<u8>, first: u8, payload: &[u8]) {
    let length_at = out.len() + 1;
    push_header(out, first, payload.len());
    out[length_at] |= MASKED;
    out.extend(KEY);
    out.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
}

/// Appends the frame of a server.
pub(crate) fn push_unmasked(out: &mut Vec<u8>, first: u8, payload: &[u8]) {
    push_header(out, first, payload.len());
    out.extend_from_slice(payload);
}

/// Returns bytes without a pattern, the same ones for the same seed.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Finds the frames of a server in a stream, of which every read may show any part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deframer {
    header: Vec<u8>,
    /// Bytes of payload that are still to come; `None` before the header is complete.
    missing: Option<u64>,
}

/// A part of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// The first byte of the frame's header.
    pub(crate) first: u8,
    /// What this read shows of the payload.
    pub(crate) payload: &'a [u8],
    /// Whether the frame ends here.
    pub(crate) is_end: bool,
}

impl Deframer {
    /// Takes the next part of a frame off `bytes`; `None` when only a part of a header, or nothing, is left.
    pub(crate) fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Part<'a>> {
        while self.missing.is_none() {
            let (&byte, rest) = bytes.split_first()?;
            *bytes = rest;
            self.header.push(byte);
            self.missing = payload_length(&self.header);
        }
        let missing = self.missing.unwrap_or_default();
        let shown = usize::try_from(missing).unwrap_or(usize::MAX).min(bytes.len());
        let (payload, rest) = bytes.split_at(shown);
        *bytes = rest;
        let first = self.header[0];
        let is_end = shown as u64 == missing;
        if is_end {
            self.header.clear();
            self.missing = None;
        } else if shown == 0 {
            return None;
        } else {
            self.missing = Some(missing - shown as u64);
        }
        Some(Part { first, payload, is_end })
    }
}

fn push_header(out: &mut Vec<u8>, first: u8, length: usize) {
    out.push(first);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..=125), _) => out.push(short),
        (_, Ok(medium)) => {
            out.push(126);
            out.extend(medium.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend((length as u64).to_be_bytes());
        }
    }
}

/// The length that a header tells, once it is complete.
fn payload_length(header: &[u8]) -> Option<u64> {
    match (header.get(1)?, header.len()) {
        (&short @ ..=125, _) => Some(short.into()),
        (126, 4) => Some(u16::from_be_bytes([header[2], header[3]]).into()),
        (127, 10) => header[2..].try_into().ok().map(u64::from_be_bytes),
        _ => None,
    }
}

/// In the byte of the length.
const MASKED: u8 = 0x80;
const KEY: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_however_they_are_split() {
        let payloads = [noise(0, 1), noise(125, 2), noise(126, 3), noise(65_536, 4)];
        let mut wire = Vec::new();
        for payload in &payloads {
            push_unmasked(&mut wire, BINARY, payload);
        }
        for size in [1, 2, 3, 7, 1000, wire.len()] {
            let (mut deframer, mut found) = (Deframer::default(), vec![Vec::new()]);
            for mut chunk in wire.chunks(size) {
                while let Some(part) = deframer.next(&mut chunk) {
                    assert_eq!(part.first, BINARY);
                    found.last_mut().expect("never empty").extend_from_slice(part.payload);
                    if part.is_end {
                        found.push(Vec::new());
                    }
                }
            }
            assert_eq!(found.pop(), Some(Vec::new()));
            assert_eq!(found, payloads, "split every {size} bytes");
        }
    }
}
