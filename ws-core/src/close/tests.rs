use super::*;

type Parsed = Result<(CloseCode, &'static str), ProtocolError>;

const SENDABLE: [u16; 16] =
    [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999];

#[test]
fn rfc6455_7_4_only_assigned_and_private_codes_may_be_in_a_close_frame() {
    let accepted: Vec<u16> = (0..=u16::MAX).filter(|code| CloseCode::received(*code).is_some()).collect();
    let expected: Vec<u16> = (1000..=1003).chain(1007..=1014).chain(3000..=4999).collect();
    assert_eq!(accepted, expected);
    for code in 0..=u16::MAX {
        assert_eq!(CloseFrame::new(code, "").is_ok(), expected.contains(&code), "{code}");
        let received = parse_payload(&code.to_be_bytes()).map(|(code, _)| code);
        match CloseCode::received(code) {
            Some(code) => assert_eq!(received, Ok(code)),
            None => assert_eq!(received, Err(ProtocolError::InvalidCloseCode { code })),
        }
    }
}

#[test]
fn rfc6455_5_5_1_close_payloads_are_parsed() {
    let table: [(&[u8], Parsed); 9] = [
        (b"", Ok((CloseCode::NO_STATUS, ""))),
        (b"\x03", Err(ProtocolError::ClosePayloadTooShort)),
        (b"\x03\xE8", Ok((CloseCode::NORMAL, ""))),
        (b"\x03\xE8bye", Ok((CloseCode::NORMAL, "bye"))),
        (b"\x03\xE8\xC3\xA9", Ok((CloseCode::NORMAL, "é"))),
        (b"\x03\xE8\xC3", Err(ProtocolError::InvalidCloseReason)),
        (b"\x03\xE8\xED\xA0\x80", Err(ProtocolError::InvalidCloseReason)),
        (b"\x03\xED", Err(ProtocolError::InvalidCloseCode { code: 1005 })),
        (b"\x00\x00\xFF", Err(ProtocolError::InvalidCloseCode { code: 0 })),
    ];
    for (payload, expected) in table {
        assert_eq!(parse_payload(payload), expected, "{payload:x?}");
    }
}

#[test]
fn close_frames_survive_the_wire() {
    for code in SENDABLE {
        for reason in ["", "bye", "größe"] {
            let frame = CloseFrame::new(code, reason).unwrap();
            let payload = frame.encode_payload();
            assert_eq!(parse_payload(&payload), Ok((frame.code(), reason)));
            let mut out = Vec::new();
            frame.encode(&mut out, None);
            assert_eq!(out[..2], [0x88, u8::try_from(payload.len()).unwrap()]);
            assert_eq!(out[2..], payload);
        }
    }
}

#[test]
fn rfc6455_5_5_1_long_reason_is_cut_between_characters() {
    let table = [
        ("a".repeat(123), 123),
        ("a".repeat(124), 123),
        ("é".repeat(62), 122),
        ("😀".repeat(100), 120),
        (format!("{}é", "a".repeat(122)), 122),
        (format!("{}é", "a".repeat(121)), 123),
    ];
    for (reason, length) in table {
        let owned = CloseFrame::policy_violation(reason.clone());
        assert_eq!(owned.reason(), &reason[..length]);
        let borrowed: &'static str = reason.leak();
        assert_eq!(CloseFrame::policy_violation(borrowed), owned);
        assert!(owned.encode_payload().len() <= MAX_CONTROL_PAYLOAD);
    }
}

#[test]
fn constructors_carry_their_codes() {
    let table = [
        (CloseFrame::normal(), 1000, ""),
        (CloseFrame::going_away(), 1001, ""),
        (CloseFrame::protocol_error("r"), 1002, "r"),
        (CloseFrame::unsupported_data("r"), 1003, "r"),
        (CloseFrame::invalid_payload("r"), 1007, "r"),
        (CloseFrame::policy_violation("r"), 1008, "r"),
        (CloseFrame::message_too_big("r"), 1009, "r"),
        (CloseFrame::internal_error("r"), 1011, "r"),
        (CloseFrame::service_restart("r"), 1012, "r"),
        (CloseFrame::try_again_later("r"), 1013, "r"),
    ];
    for (frame, code, reason) in table {
        assert_eq!((u16::from(frame.code()), frame.reason()), (code, reason));
        assert_eq!(CloseFrame::new(code, reason), Ok(frame));
    }
}

#[test]
fn codes_are_shown_with_their_names() {
    let table = [
        (CloseCode::NORMAL, "1000 (normal closure)"),
        (CloseCode::GOING_AWAY, "1001 (going away)"),
        (CloseCode::PROTOCOL_ERROR, "1002 (protocol error)"),
        (CloseCode::UNSUPPORTED_DATA, "1003 (unsupported data)"),
        (CloseCode::NO_STATUS, "1005 (no status received)"),
        (CloseCode::ABNORMAL, "1006 (abnormal closure)"),
        (CloseCode::INVALID_PAYLOAD, "1007 (invalid payload)"),
        (CloseCode::POLICY_VIOLATION, "1008 (policy violation)"),
        (CloseCode::MESSAGE_TOO_BIG, "1009 (message too big)"),
        (CloseCode::MANDATORY_EXTENSION, "1010 (mandatory extension)"),
        (CloseCode::INTERNAL_ERROR, "1011 (internal error)"),
        (CloseCode::SERVICE_RESTART, "1012 (service restart)"),
        (CloseCode::TRY_AGAIN_LATER, "1013 (try again later)"),
        (CloseCode::BAD_GATEWAY, "1014 (bad gateway)"),
        (CloseCode::received(4001).unwrap(), "4001"),
    ];
    for (code, text) in table {
        assert_eq!(code.to_string(), text);
    }
    assert_eq!(CloseFrame::new(1006, "").unwrap_err().to_string(), "invalid close code 1006");
}
