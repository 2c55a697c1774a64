use proptest::prelude::*;

use super::*;

const KEY: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

fn header(bytes: &[u8]) -> Result<Option<(FrameHeader, usize)>, ProtocolError> {
    FrameHeader::parse(bytes)
}

#[test]
fn rfc6455_5_7_examples_are_parsed() {
    let plain = FrameHeader { fin: true, rsv: 0, opcode: Opcode::Text, mask: None, length: 5 };
    let table: [(&[u8], FrameHeader, usize); 7] = [
        (b"\x81\x05Hello", plain, 2),
        (b"\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58", FrameHeader { mask: Some(KEY), ..plain }, 6),
        (b"\x01\x03Hel", FrameHeader { fin: false, length: 3, ..plain }, 2),
        (b"\x80\x02lo", FrameHeader { opcode: Opcode::Continuation, length: 2, ..plain }, 2),
        (b"\x8A\x85\x37\xFA\x21\x3D", FrameHeader { opcode: Opcode::Pong, mask: Some(KEY), ..plain }, 6),
        (b"\x82\x7E\x01\x00", FrameHeader { opcode: Opcode::Binary, length: 256, ..plain }, 4),
        (b"\x82\x7F\0\0\0\0\0\x01\0\0", FrameHeader { opcode: Opcode::Binary, length: 65_536, ..plain }, 10),
    ];
    for (bytes, expected, length) in table {
        assert_eq!(header(bytes), Ok(Some((expected, length))), "{bytes:x?}");
        for cut in 0..length {
            assert_eq!(header(&bytes[..cut]), Ok(None), "{bytes:x?} cut at {cut}");
        }
    }
}

#[test]
fn rfc6455_5_2_reserved_opcodes_are_rejected() {
    for opcode in [0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF] {
        assert_eq!(header(&[0x80 | opcode, 0]), Err(ProtocolError::UnknownOpcode { opcode }));
        assert_eq!(header(&[0x70 | opcode, 0xFF]), Err(ProtocolError::UnknownOpcode { opcode }));
    }
}

#[test]
fn rfc6455_5_2_reserved_bits_are_told() {
    for rsv in 0..8 {
        let (header, _) = header(&[0x81 | (rsv << 4), 0]).unwrap().unwrap();
        assert_eq!(header.rsv, rsv);
    }
}

#[test]
fn rfc6455_5_2_length_must_be_in_its_shortest_form() {
    for length in [0, 1, 125] {
        let [high, low] = u16::to_be_bytes(length);
        let error = ProtocolError::NonMinimalLength { length: length.into() };
        assert_eq!(header(&[0x82, 126, high, low]), Err(error));
    }
    for length in [0, 125, 126, 65_535] {
        let bytes = [&[0x82, 127][..], &u64::to_be_bytes(length)].concat();
        assert_eq!(header(&bytes), Err(ProtocolError::NonMinimalLength { length }));
    }
}

#[test]
fn rfc6455_5_2_length_must_fit_into_63_bits() {
    for length in [1 << 63, (1 << 63) + 1, u64::MAX] {
        let bytes = [&[0x82, 0xFF][..], &u64::to_be_bytes(length)].concat();
        assert_eq!(header(&bytes), Err(ProtocolError::LengthOverflow { length }));
    }
    let bytes = [&[0x82, 127][..], &u64::to_be_bytes((1 << 63) - 1)].concat();
    assert_eq!(header(&bytes).unwrap().unwrap().0.length, (1 << 63) - 1);
}

#[test]
fn rfc6455_5_5_control_frame_over_125_bytes_is_rejected() {
    for opcode in [Opcode::Close, Opcode::Ping, Opcode::Pong] {
        for length in [126, 127, 0xFE, 0xFF] {
            let error = ProtocolError::ControlFrameTooLarge { opcode };
            assert_eq!(header(&[0x80 | opcode.as_u8(), length]), Err(error), "known with the second byte");
        }
        assert_eq!(header(&[0x80 | opcode.as_u8(), 125]).unwrap().unwrap().0.length, 125);
    }
}

#[test]
fn rfc6455_5_5_fragmented_control_frame_is_rejected() {
    for opcode in [Opcode::Close, Opcode::Ping, Opcode::Pong] {
        assert_eq!(header(&[opcode.as_u8(), 0]), Err(ProtocolError::FragmentedControlFrame { opcode }));
    }
}

#[test]
fn lengths_are_encoded_in_their_shortest_form() {
    let table: [(u64, &[u8]); 8] = [
        (0, &[0x82, 0]),
        (125, &[0x82, 125]),
        (126, &[0x82, 126, 0, 126]),
        (255, &[0x82, 126, 0, 255]),
        (256, &[0x82, 126, 1, 0]),
        (65_535, &[0x82, 126, 0xFF, 0xFF]),
        (65_536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        (u64::MAX >> 1, &[0x82, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
    ];
    for (length, expected) in table {
        let mut out = Vec::new();
        FrameHeader { fin: true, rsv: 0, opcode: Opcode::Binary, mask: None, length }.encode(&mut out);
        assert_eq!(out, expected);
    }
}

#[test]
fn a_frame_is_appended_and_its_payload_left_alone() {
    let mut out = b"before".to_vec();
    encode_frame(&mut out, true, Opcode::Text, b"Hello", Some(KEY));
    encode_frame(&mut out, false, Opcode::Text, b"Hel", None);
    assert_eq!(out, b"before\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58\x01\x03Hel");
}

#[test]
fn rfc6455_5_4_message_is_split_at_the_frame_limit() {
    let table: [(&[u8], usize, &[u8]); 7] = [
        (b"", 2, b"\x81\0"),
        (b"", 0, b"\x81\0"),
        (b"ab", 2, b"\x81\x02ab"),
        (b"abc", 2, b"\x01\x02ab\x80\x01c"),
        (b"abcd", 2, b"\x01\x02ab\x80\x02cd"),
        (b"abcde", 2, b"\x01\x02ab\x00\x02cd\x80\x01e"),
        (b"ab", 0, b"\x01\x01a\x80\x01b"),
    ];
    for (payload, max_frame_size, expected) in table {
        let mut out = Vec::new();
        encode_message(&mut out, Opcode::Text, Coding::Plain, payload, max_frame_size, None);
        assert_eq!(out, expected, "{payload:?} in frames of {max_frame_size}");
    }
}

#[test]
fn rfc6455_5_3_every_frame_of_a_client_has_its_own_key() {
    let mut out = Vec::new();
    let mut count = 0;
    let mut next_mask = || {
        count += 1;
        [count; 4]
    };
    encode_message(&mut out, Opcode::Binary, Coding::Plain, &[0, 0, 0], 2, Some(&mut next_mask));
    assert_eq!(out, b"\x02\x82\x01\x01\x01\x01\x01\x01\x80\x81\x02\x02\x02\x02\x02");
}

fn headers() -> impl Strategy<Value = FrameHeader> {
    let opcode = (0..=u8::MAX).prop_filter_map("reserved", Opcode::from_u8);
    let length = prop_oneof![0..=125_u64, 126..=65_535_u64, 65_536..=MAX_LENGTH];
    (any::<bool>(), 0..8_u8, opcode, any::<Option<[u8; 4]>>(), length).prop_map(|(fin, rsv, opcode, mask, length)| {
        let is_control = opcode.is_control();
        FrameHeader {
            fin: fin || is_control,
            rsv,
            opcode,
            mask,
            length: if is_control { length % 126 } else { length },
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn headers_survive_the_wire(header in headers(), tail in prop::collection::vec(any::<u8>(), 0..4)) {
        let mut out = Vec::new();
        header.encode(&mut out);
        let length = out.len();
        prop_assert!(length <= MAX_HEADER);
        for cut in 0..length {
            prop_assert_eq!(FrameHeader::parse(&out[..cut]), Ok(None));
        }
        out.extend(tail);
        prop_assert_eq!(FrameHeader::parse(&out), Ok(Some((header, length))));
    }

    #[test]
    fn what_is_parsed_has_only_one_encoding(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
        if let Ok(Some((header, length))) = FrameHeader::parse(&bytes) {
            let mut out = Vec::new();
            header.encode(&mut out);
            prop_assert_eq!(out, &bytes[..length]);
        }
    }
}
