//! Compression against the examples of RFC 7692, and against itself.

use proptest::prelude::*;

use super::*;

fn deflater(level: u8, window_bits: u8, keeps_context: bool) -> Deflater {
    Deflater::new(Tuning { level: Level(level), window_bits, ..Tuning::default() }, keeps_context)
}

fn deflate(deflater: &mut Deflater, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    deflater.deflate(message, &mut out);
    out
}

fn inflate(inflater: &mut Inflater, message: &[u8], limit: usize) -> Result<Vec<u8>, ProtocolError> {
    let mut out = Vec::new();
    inflater.inflate(message, &mut out, limit).map(|()| out)
}

#[test]
fn rfc7692_7_2_3_examples_are_inflated() {
    let hello: [&[u8]; 4] = [
        &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
        &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
    ];
    for message in hello {
        assert_eq!(inflate(&mut Inflater::new(false), message, 5).as_deref(), Ok(&b"Hello"[..]), "{message:x?}");
    }
    let mut taking_over = Inflater::new(true);
    assert_eq!(inflate(&mut taking_over, hello[0], 5).as_deref(), Ok(&b"Hello"[..]));
    assert_eq!(inflate(&mut taking_over, &[0xf2, 0x00, 0x11, 0x00, 0x00], 5).as_deref(), Ok(&b"Hello"[..]));
    assert_eq!(inflate(&mut Inflater::new(false), &[0], 0).as_deref(), Ok(&[][..]));
}

#[test]
fn rfc7692_7_2_3_6_an_empty_message_is_an_empty_block() {
    let mut deflater = Deflater::new(Tuning::default(), true);
    for _ in 0..3 {
        assert_eq!(deflate(&mut deflater, b""), [0]);
    }
}

#[test]
fn a_bomb_costs_its_limit() {
    let bomb = deflate(&mut deflater(9, 15, false), &vec![0; 10_000_000]);
    assert!(bomb.len() < 11_000);
    let mut out = Vec::new();
    let result = Inflater::new(false).inflate(&bomb, &mut out, 100_000);
    assert!(matches!(result, Err(ProtocolError::MessageTooLarge { limit: 100_000, .. })), "{result:?}");
    assert!(out.capacity() < 300_000, "{}", out.capacity());
    assert_eq!(inflate(&mut Inflater::new(false), &bomb, 10_000_000).map(|out| out.len()), Ok(10_000_000));
    assert!(inflate(&mut Inflater::new(false), &bomb, 9_999_999).is_err());
}

#[test]
fn the_largest_limit_is_none() {
    let message = b"hello".repeat(1000);
    let compressed = deflate(&mut deflater(1, 15, false), &message);
    assert_eq!(inflate(&mut Inflater::new(false), &compressed, usize::MAX), Ok(message));
}

#[test]
fn nonsense_is_an_error_and_forgotten() {
    let mut inflater = Inflater::new(true);
    for nonsense in [&[0xFF, 0xFF][..], &[0x07], b"Hello"] {
        assert_eq!(inflate(&mut inflater, nonsense, 1000), Err(ProtocolError::InvalidCompression), "{nonsense:x?}");
    }
    let message = deflate(&mut deflater(6, 15, false), b"Hello");
    assert_eq!(inflate(&mut inflater, &message, 5).as_deref(), Ok(&b"Hello"[..]));
}

/// A decoder with a small window fails on a reference beyond it.
#[test]
fn windows_are_kept() {
    let noise: Vec<u8> =
        (0..70_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
    let message = [&noise[..240], &noise[..], &noise[..240], &noise[69_000..]].concat();
    for bits in 8..=15 {
        for level in [1, 6, 9] {
            let compressed = deflate(&mut deflater(level, bits, false), &message);
            let mut inflate = Inflate::new(false, bits.max(9));
            let mut out = vec![0; message.len() + 1];
            inflate.decompress(&compressed, &mut out, InflateFlush::NoFlush).unwrap();
            out.truncate(message.len());
            assert!(out == message, "{bits} bits, level {level}");
        }
    }
}

proptest! {
    #[test]
    fn messages_survive(
        messages in proptest::collection::vec(proptest::collection::vec(0_u8..8, 0..2000), 1..5),
        level in 1_u8..=9, window_bits in 8_u8..=15, memory_level in 1_u8..=9, keeps_context: bool,
    ) {
        let tuning = Tuning { level: Level(level), window_bits, memory_level: MemoryLevel(memory_level) };
        let mut deflater = Deflater::new(tuning, keeps_context);
        let mut inflater = Inflater::new(keeps_context);
        for message in messages {
            let compressed = deflate(&mut deflater, &message);
            prop_assert!(!compressed.ends_with(&TAIL));
            prop_assert_eq!(inflate(&mut inflater, &compressed, message.len()), Ok(message));
        }
    }

    #[test]
    fn nothing_panics(bytes: Vec<u8>) {
        let _ = inflate(&mut Inflater::new(false), &bytes, 1000);
    }
}
