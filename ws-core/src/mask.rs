//! Masking: [RFC 6455 §5.3](https://www.rfc-editor.org/rfc/rfc6455#section-5.3).

/// Masks or unmasks a part of a payload in place.
///
/// `offset` is how many bytes of the same frame came before `payload`.
#[inline]
pub fn apply(payload: &mut [u8], key: [u8; 4], offset: usize) {
    let key = rotate(u32::from_le_bytes(key), offset);
    match payload.len() {
        32.. => apply_blocks::<32>(payload, key),
        16.. => apply_blocks::<16>(payload, key),
        8.. => apply_blocks::<8>(payload, key),
        4.. => apply_blocks::<4>(payload, key),
        _ => payload.iter_mut().zip(key.to_le_bytes()).for_each(|(byte, key)| *byte ^= key),
    }
}

/// Whole blocks from the front, then the last block from the back.
///
/// The last block overlaps the one before it. It is read before anything is written, so no byte is masked twice, and no loop
/// over single bytes is needed.
#[inline]
fn apply_blocks<const N: usize>(payload: &mut [u8], key: u32) {
    let Some(mut end) = payload.last_chunk::<N>().copied() else { return };
    xor(&mut end, rotate(key, payload.len()));
    for block in payload.as_chunks_mut::<N>().0 {
        xor(block, key);
    }
    if let Some(last) = payload.last_chunk_mut() {
        *last = end;
    }
}

/// Masks a block that begins with the first byte of the key. `N` is a multiple of the key's length.
#[inline]
fn xor<const N: usize>(block: &mut [u8; N], key: u32) {
    for word in block.as_chunks_mut().0 {
        *word = (u32::from_le_bytes(*word) ^ key).to_le_bytes();
    }
}

/// Turns the key so that its first byte belongs to the byte at `offset`.
#[inline]
fn rotate(key: u32, offset: usize) -> u32 {
    // A whole turn changes nothing, so the lowest byte of the offset says it all.
    let [lowest, ..] = offset.to_le_bytes();
    key.rotate_right(u32::from(lowest) * u8::BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

    #[test]
    fn rfc6455_5_7_example_is_unmasked() {
        let mut payload = [0x7F, 0x9F, 0x4D, 0x51, 0x58];
        apply(&mut payload, KEY, 0);
        assert_eq!(&payload, b"Hello");
    }

    #[test]
    fn every_length_and_offset_is_masked_like_one_byte_at_a_time() {
        let original: Vec<u8> = (0..=u8::MAX).cycle().take(300).collect();
        for length in (0..100).chain([127, 128, 129, 255, 256, 300]) {
            for offset in (0..9).chain([254, 255, 256, 257, 65_535, usize::MAX]) {
                let mut masked = original[..length].to_vec();
                apply(&mut masked, KEY, offset);
                let naive: Vec<u8> = original[..length]
                    .iter()
                    .enumerate()
                    .map(|(index, byte)| byte ^ KEY[(offset % 4 + index) % 4])
                    .collect();
                assert_eq!(masked, naive, "length {length}, offset {offset}");
            }
        }
    }

    #[test]
    fn bytes_outside_the_payload_are_left_alone() {
        for length in 0..100 {
            let mut bytes = [0; 102];
            apply(&mut bytes[1..=length], KEY, 0);
            assert_eq!(bytes[0], 0);
            assert!(bytes[length + 1..].iter().all(|byte| *byte == 0), "length {length}");
        }
    }

    #[test]
    fn parts_are_masked_like_the_whole() {
        let original: Vec<u8> = (0..77).collect();
        let mut whole = original.clone();
        apply(&mut whole, KEY, 0);
        for cut in 0..=original.len() {
            let mut parts = original.clone();
            apply(&mut parts[..cut], KEY, 0);
            apply(&mut parts[cut..], KEY, cut);
            assert_eq!(parts, whole, "cut at {cut}");
        }
    }
}
