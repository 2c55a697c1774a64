//! One test for each rule of the RFC that a peer can break, and for the limits.

use Opcode::{Binary, Close, Continuation, Ping, Pong, Text};

use super::*;

fn assert_received(bytes: &[u8], events: &[Event], error: Option<ProtocolError>) {
    assert_eq!(serve(bytes), (events.to_vec(), error), "{bytes:x?}");
}

fn assert_error(frames: &[Vec<u8>], error: ProtocolError) {
    assert_eq!(serve(&frames.concat()).1, Some(error), "{frames:x?}");
}

#[test]
fn rfc6455_5_7_examples_are_received() {
    assert_received(b"\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58", &[text("Hello")], None);
    let client = Receiver::new(Role::Client, LIMITS, Reading::Input);
    let wire = b"\x81\x05Hello\x01\x03Hel\x80\x02lo\x89\x05Hello\x8A\x05Hello";
    let hello = b"Hello".to_vec();
    let events = vec![text("Hello"), text("Hello"), Event::Ping(hello.clone()), Event::Pong(hello)];
    assert_eq!(client.receive([&wire[..]]), (events, None));
}

#[test]
fn rfc6455_5_1_frame_without_mask_from_a_client_is_rejected() {
    for bytes in [&b"\x81\x05Hello"[..], b"\x81\x00", b"\x82\x7E\x00\x80", b"\x88\x00", b"\x89\x00", b"\x01\x01a"] {
        assert_received(bytes, &[], Some(ProtocolError::MissingMask));
    }
}

#[test]
fn rfc6455_5_1_masked_frame_from_a_server_is_rejected() {
    for bytes in
        [frame(true, Text, b"Hello"), frame(true, Binary, b""), frame(true, Ping, b""), frame(false, Text, b"")]
    {
        let client = Receiver::new(Role::Client, LIMITS, Reading::Input);
        assert_eq!(client.receive([&bytes[..]]), (vec![], Some(ProtocolError::UnexpectedMask)));
    }
}

#[test]
fn rfc6455_5_2_reserved_bits_are_rejected() {
    for bits in 1..8 {
        for opcode in [Text, Binary, Close, Ping, Pong] {
            let mut bytes = frame(true, opcode, b"");
            bytes[0] |= bits << 4;
            assert_received(&bytes, &[], Some(ProtocolError::ReservedBits { bits }));
        }
    }
}

#[test]
fn rfc6455_5_2_errors_of_the_header_are_passed_on() {
    assert_received(b"\x83\x80", &[], Some(ProtocolError::UnknownOpcode { opcode: 3 }));
    assert_received(b"\x82\xFE\x00\x7D", &[], Some(ProtocolError::NonMinimalLength { length: 125 }));
    for length in [1 << 63, u64::MAX] {
        let bytes = [&b"\x82\xFF"[..], &length.to_be_bytes()].concat();
        assert_received(&bytes, &[], Some(ProtocolError::LengthOverflow { length }));
    }
}

#[test]
fn rfc6455_5_4_fragments_make_one_message() {
    let fragments = [frame(false, Text, b"a"), frame(false, Continuation, b""), frame(true, Continuation, b"b")];
    assert_received(&fragments.concat(), &[text("ab")], None);
    let empty = [frame(false, Binary, b""), frame(true, Continuation, b""), frame(true, Text, b"next")];
    assert_received(&empty.concat(), &[Event::Binary(vec![]), text("next")], None);
}

#[test]
fn rfc6455_5_4_control_frames_may_stand_between_fragments() {
    let frames = [
        frame(false, Text, b"a"),
        frame(true, Ping, b"1"),
        frame(true, Pong, b"2"),
        frame(false, Continuation, b"b"),
        frame(true, Ping, b""),
        frame(true, Continuation, b"c"),
    ];
    let pings = [Event::Ping(b"1".to_vec()), Event::Pong(b"2".to_vec()), Event::Ping(vec![]), text("abc")];
    assert_received(&frames.concat(), &pings, None);
    let closed = [frame(false, Text, b"a"), frame(true, Close, b"\x03\xE8bye")];
    assert_received(&closed.concat(), &[Event::Close(CloseCode::NORMAL, "bye".to_owned())], None);
}

#[test]
fn rfc6455_5_4_continuation_of_nothing_is_rejected() {
    let error = ProtocolError::UnexpectedContinuation;
    assert_error(&[frame(true, Continuation, b"a")], error);
    assert_error(&[frame(false, Continuation, b"a")], error);
    assert_error(&[frame(true, Text, b"a"), frame(true, Continuation, b"b")], error);
    let ended = [frame(false, Text, b"a"), frame(true, Continuation, b"b"), frame(true, Continuation, b"c")];
    assert_error(&ended, error);
}

#[test]
fn rfc6455_5_4_new_message_inside_a_fragmented_one_is_rejected() {
    for opcode in [Text, Binary] {
        for fin in [true, false] {
            let frames = [frame(false, Text, b"a"), frame(true, Ping, b""), frame(fin, opcode, b"b")];
            assert_error(&frames, ProtocolError::MissingContinuation { opcode });
        }
    }
}

#[test]
fn rfc6455_5_5_control_frame_over_125_bytes_is_rejected() {
    for opcode in [Close, Ping, Pong] {
        assert_error(&[header(true, opcode, 126)], ProtocolError::ControlFrameTooLarge { opcode });
    }
    let longest = vec![b'x'; 125];
    assert_received(&frame(true, Ping, &longest), &[Event::Ping(longest)], None);
}

#[test]
fn rfc6455_5_5_fragmented_control_frame_is_rejected() {
    for opcode in [Close, Ping, Pong] {
        assert_error(&[frame(false, opcode, b"")], ProtocolError::FragmentedControlFrame { opcode });
    }
}

#[test]
fn rfc6455_5_5_1_close_payload_is_checked() {
    let table: [(&[u8], Result<Event, ProtocolError>); 6] = [
        (b"", Ok(Event::Close(CloseCode::NO_STATUS, String::new()))),
        (b"\x0F\xA1bye", Ok(Event::Close(CloseCode::received(4001).unwrap(), "bye".to_owned()))),
        (b"\x03", Err(ProtocolError::ClosePayloadTooShort)),
        (b"\x03\xEC", Err(ProtocolError::InvalidCloseCode { code: 1004 })),
        (b"\x13\x88", Err(ProtocolError::InvalidCloseCode { code: 5000 })),
        (b"\x03\xE8\xCE", Err(ProtocolError::InvalidCloseReason)),
    ];
    for (payload, expected) in table {
        let received = serve(&frame(true, Close, payload));
        assert_eq!(received, (expected.clone().into_iter().collect(), expected.err()), "{payload:x?}");
    }
}

#[test]
fn rfc6455_5_5_1_nothing_after_a_close_frame_is_used_up() {
    let close = frame(true, Close, b"\x03\xE8");
    let mut bytes = [&close[..], &frame(true, Text, b"late")].concat();
    let mut protocol = Protocol::new(Role::Server, LIMITS);
    let (used, event) = poll(&mut protocol, &mut bytes).unwrap();
    assert_eq!((used, event), (close.len(), Some(Incoming::Close(CloseCode::NORMAL, ""))));
}

#[test]
fn rfc6455_8_1_invalid_text_is_rejected() {
    for bad in [&b"\xFF"[..], b"\xED\xA0\x80", b"\xC0\xAF", b"\xF4\x90\x80\x80", b"ok\x80", b"cut\xE2\x82"] {
        assert_error(&[frame(true, Text, bad)], ProtocolError::InvalidUtf8);
        assert_error(&[frame(false, Text, bad), frame(true, Continuation, b"")], ProtocolError::InvalidUtf8);
        assert_error(&[frame(false, Text, b""), frame(true, Continuation, bad)], ProtocolError::InvalidUtf8);
        assert_received(&frame(true, Binary, bad), &[Event::Binary(bad.to_vec())], None);
    }
}

#[test]
fn rfc6455_8_1_invalid_text_is_rejected_before_its_frame_is_complete() {
    let bad = frame(true, Text, b"\xCE\xBA\xE1\xBD\xB9\xF4\x90\x80\x80 and much more");
    let first_wrong = SHORT_HEADER + 7;
    for length in 0..bad.len() {
        let error = (length >= first_wrong).then_some(ProtocolError::InvalidUtf8);
        assert_received(&bad[..length], &[], error);
    }
    let start = frame(false, Text, b"fine so far \xF0\x9F");
    assert_received(&[&start[..], &frame(false, Continuation, b"\x98\x80\x80")[..7]].concat(), &[], None);
    assert_error(&[start, frame(false, Continuation, b"\x41")], ProtocolError::InvalidUtf8);
}

#[test]
fn rfc6455_8_1_characters_may_be_split_over_fragments() {
    let frames = [frame(false, Text, b"\xE2"), frame(false, Continuation, b"\x82"), frame(true, Continuation, b"\xAC")];
    assert_received(&frames.concat(), &[text("€")], None);
}

#[test]
fn rfc6455_10_4_frame_over_the_limit_is_rejected_by_its_header() {
    let limit = LIMITS.max_frame_size;
    for length in [limit as u64 + 1, LIMITS.max_message_size as u64 + 1, 1 << 32, (1 << 63) - 1] {
        for opcode in [Text, Binary] {
            assert_error(&[header(true, opcode, length)], ProtocolError::FrameTooLarge { length, limit });
            assert_error(&[header(false, opcode, length)], ProtocolError::FrameTooLarge { length, limit });
        }
        let fragments = [frame(false, Text, b"a"), header(true, Continuation, length)];
        assert_error(&fragments, ProtocolError::FrameTooLarge { length, limit });
    }
    let longest = vec![0; limit];
    assert_received(&frame(true, Binary, &longest), &[Event::Binary(longest)], None);
}

#[test]
fn rfc6455_10_4_message_over_the_limit_is_rejected_by_the_header_of_the_frame_too_much() {
    let limit = LIMITS.max_message_size;
    let start = frame(false, Binary, &vec![0; 60_000]);
    let error = ProtocolError::MessageTooLarge { length: 100_001, limit };
    assert_error(&[start.clone(), header(true, Continuation, 40_001)], error);
    let received = serve(&[start, frame(true, Continuation, &vec![0; 40_000])].concat());
    assert_eq!(received, (vec![Event::Binary(vec![0; limit])], None));
}

#[test]
fn a_message_limit_below_the_frame_limit_holds_for_a_single_frame() {
    let limits = Limits { max_frame_size: 100, max_message_size: 10, max_fragments: 9 };
    let error = Some(ProtocolError::MessageTooLarge { length: 11, limit: 10 });
    let short = Receiver::new(Role::Server, limits, Reading::Input);
    assert_eq!(short.receive([&frame(true, Text, b"12345678901")[..]]), (vec![], error));
}

#[test]
fn limits_hold_for_short_frames_and_not_for_control_frames() {
    let limits = Limits { max_frame_size: 3, max_message_size: 5, max_fragments: 9 };
    let receive = |bytes: Vec<u8>| Receiver::new(Role::Server, limits, Reading::Input).receive([&bytes[..]]);
    assert_eq!(receive(frame(true, Text, b"123")), (vec![text("123")], None));
    let error = ProtocolError::FrameTooLarge { length: 4, limit: 3 };
    assert_eq!(receive(frame(true, Text, b"1234")), (vec![], Some(error)));
    assert_eq!(receive(frame(true, Ping, b"12345678")), (vec![Event::Ping(b"12345678".to_vec())], None));
}

#[test]
fn a_message_has_as_many_fragments_as_allowed() {
    let limits = Limits { max_fragments: 3, ..LIMITS };
    for reading in [Reading::Input, Reading::Direct] {
        let receive = |count: usize| {
            let rest = (1..count).map(|index| frame(index == count - 1, Continuation, b""));
            let wire: Vec<_> = [frame(count == 1, Text, b"")].into_iter().chain(rest).collect();
            Receiver::new(Role::Server, limits, reading).receive([&wire.concat().repeat(2)[..]])
        };
        for count in 1..=3 {
            assert_eq!(receive(count), (vec![text(""), text("")], None), "{count}");
        }
        assert_eq!(receive(4), (vec![], Some(ProtocolError::TooManyFragments { limit: 3 })));
    }
}
