//! How the bytes are cut changes nothing: neither the events nor the error.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A peer's message with the places where it is cut into fragments, or a control frame.
#[derive(Clone, Debug)]
enum Sent {
    Text(String, Vec<usize>),
    Binary(Vec<u8>, Vec<usize>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

fn sent() -> impl Strategy<Value = Sent> {
    let cuts = || vec(0..40_usize, 0..4);
    let length = prop_oneof![8 => 0..40_usize, 1 => 120..135_usize, 1 => 250..260_usize];
    prop_oneof![
        (".{0,20}", cuts()).prop_map(|(text, cuts)| Sent::Text(text, cuts)),
        (length.prop_flat_map(|length| vec(any::<u8>(), length)), cuts())
            .prop_map(|(data, cuts)| Sent::Binary(data, cuts)),
        vec(any::<u8>(), 0..=125).prop_map(Sent::Ping),
        vec(any::<u8>(), 0..6).prop_map(Sent::Pong),
    ]
}

/// Writes what is sent, with a pong after each fragment but the last, and the events that it means.
fn write(role: Role, sent: &[Sent], mut key: impl FnMut() -> [u8; 4]) -> (Vec<u8>, Vec<Event>) {
    let (mut out, mut events) = (Vec::new(), Vec::new());
    let mut put = |fin, opcode, payload: &[u8]| {
        encode_frame(&mut out, fin, opcode, payload, (role == Role::Server).then(&mut key));
    };
    for sent in sent {
        let (opcode, payload, cuts, event) = match sent {
            Sent::Text(text, cuts) => (Opcode::Text, text.as_bytes(), &cuts[..], Event::Text(text.clone())),
            Sent::Binary(data, cuts) => (Opcode::Binary, &data[..], &cuts[..], Event::Binary(data.clone())),
            Sent::Ping(data) => (Opcode::Ping, &data[..], &[][..], Event::Ping(data.clone())),
            Sent::Pong(data) => (Opcode::Pong, &data[..], &[][..], Event::Pong(data.clone())),
        };
        let (mut opcode, mut rest) = (opcode, payload);
        for cut in cuts {
            let (fragment, after) = rest.split_at((*cut).min(rest.len()));
            put(false, opcode, fragment);
            put(true, Opcode::Pong, b"between");
            events.push(Event::Pong(b"between".to_vec()));
            (opcode, rest) = (Opcode::Continuation, after);
        }
        put(true, opcode, rest);
        events.push(event);
    }
    (out, events)
}

fn roles() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Client), Just(Role::Server)]
}

fn readings() -> impl Strategy<Value = Reading> {
    prop_oneof![Just(Reading::Input), Just(Reading::Direct)]
}

fn keys(seed: u32) -> impl FnMut() -> [u8; 4] {
    let mut next = seed;
    move || {
        next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        next.to_be_bytes()
    }
}

/// Cuts the bytes into pieces of these sizes, over and over.
fn pieces<'a>(mut bytes: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    sizes.iter().cycle().map_while(move |size| {
        let (piece, rest) = bytes.split_at((*size).min(bytes.len()));
        bytes = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_sent_is_received_wherever_it_is_cut(
        role in roles(), reading in readings(), sent in vec(sent(), 1..5), seed: u32,
    ) {
        let (wire, events) = write(role, &sent, keys(seed));
        let expected = (events, None);
        prop_assert_eq!(Receiver::new(role, LIMITS, reading).receive([&wire[..]]), expected.clone());
        for cut in 0..wire.len() {
            let (head, tail) = wire.split_at(cut);
            prop_assert_eq!(Receiver::new(role, LIMITS, reading).receive([head, tail]), expected.clone(), "at {}", cut);
        }
        prop_assert_eq!(Receiver::new(role, LIMITS, reading).receive(wire.chunks(1)), expected);
    }

    #[test]
    fn what_is_sent_is_received_in_any_pieces(
        role in roles(), reading in readings(), sent in vec(sent(), 1..12), seed: u32, sizes in vec(1..200_usize, 1..6),
    ) {
        let (wire, events) = write(role, &sent, keys(seed));
        let received = Receiver::new(role, LIMITS, reading).receive(pieces(&wire, &sizes));
        prop_assert_eq!(received, (events, None));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn damaged_bytes_give_the_same_events_and_error_in_any_pieces(
        role in roles(),
        sent in vec(sent(), 1..5),
        seed: u32,
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        sizes in vec(1..40_usize, 1..4),
    ) {
        let (mut wire, _) = write(role, &sent, keys(seed));
        for (index, byte) in damage {
            let index = index.index(wire.len());
            wire[index] = byte;
        }
        let whole = Receiver::new(role, LIMITS, Reading::Input).receive([&wire[..]]);
        for reading in [Reading::Input, Reading::Direct] {
            let cut = Receiver::new(role, LIMITS, reading).receive(pieces(&wire, &sizes));
            prop_assert_eq!(&cut, &whole);
        }
    }

    #[test]
    fn any_bytes_are_an_event_or_an_error_and_never_a_panic(
        role in roles(),
        reading in readings(),
        wire in vec(any::<u8>(), 0..60),
        sizes in vec(1..20_usize, 1..4),
    ) {
        let whole = Receiver::new(role, LIMITS, reading).receive([&wire[..]]);
        prop_assert_eq!(Receiver::new(role, LIMITS, reading).receive(pieces(&wire, &sizes)), whole);
    }
}

#[test]
fn a_big_message_is_read_straight_into_its_buffer() {
    let payload: Vec<u8> = (0..=u8::MAX).cycle().take(65_536).collect();
    let wire = frame(true, Opcode::Binary, &payload);
    let mut protocol = Protocol::new(Role::Server, LIMITS);
    assert!(protocol.payload_buffer().is_none());
    let mut input = wire[..1000].to_vec();
    assert_eq!(poll(&mut protocol, &mut input), Ok((1000, None)));
    assert_eq!(protocol.remaining(), wire.len() as u64 - 1000);

    let mut read = 1000;
    while protocol.remaining() > 0 {
        let mut buffer = protocol.payload_buffer().unwrap();
        assert_eq!(buffer.remaining_mut(), wire.len() - read, "the rest in one piece");
        let next = (read + 30_001).min(wire.len());
        buffer.put_slice(&wire[read..next]);
        protocol.handle_payload(next - read).unwrap();
        read = next;
    }
    assert!(protocol.payload_buffer().is_none());
    assert_eq!(poll(&mut protocol, &mut []), Ok((0, Some(Incoming::Binary(&payload)))));
    assert_eq!(poll(&mut protocol, &mut []), Ok((0, None)));
    assert!(protocol.assembler.is_idle(), "the message is freed");
}

#[test]
fn a_whole_message_is_lent_from_the_input() {
    for (role, length) in [(Role::Server, 5), (Role::Server, 300), (Role::Client, 5), (Role::Client, 300)] {
        let mut input = Vec::new();
        encode_frame(&mut input, true, Opcode::Text, &vec![b'x'; length], (role == Role::Server).then_some(KEY));
        let range = input.as_ptr_range();
        let total = input.len();
        let mut protocol = Protocol::new(role, LIMITS);
        let (used, event) = poll(&mut protocol, &mut input).unwrap();
        let Some(Incoming::Text(text)) = event else { panic!("{event:?}") };
        assert_eq!((used, text.len()), (total, length));
        assert!(range.contains(&text.as_ptr()));
    }
}

#[test]
fn an_incomplete_header_or_control_frame_is_left_in_the_input() {
    let ping = frame(true, Opcode::Ping, &[0; 125]);
    let mut protocol = Protocol::new(Role::Server, LIMITS);
    for length in 0..ping.len() {
        assert_eq!(poll(&mut protocol, &mut ping[..length].to_vec()), Ok((0, None)));
        assert_eq!(protocol.remaining(), 0);
    }
    let mut start = [frame(false, Opcode::Text, b"abc"), ping[..50].to_vec()].concat();
    assert_eq!(poll(&mut protocol, &mut start), Ok((SHORT_HEADER + 3, None)));
    assert_eq!(poll(&mut protocol, &mut ping.clone()), Ok((ping.len(), Some(Incoming::Ping(&[0; 125])))));
}
