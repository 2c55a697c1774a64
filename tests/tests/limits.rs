//! How large frames and messages may be, from a raw socket: too large is refused with the right close code before it is sent.

use std::net::SocketAddr;

use tests::{
    raw::{BINARY, FIN, LAST, MIDDLE, PING, PONG, RawClient, TEXT, frame, header, long_header},
    server::serve,
};
use websocket::{Listener, Message};

/// Answers every message with itself.
#[derive(Default)]
struct Echo;

#[websocket::service(path = "/", max_frame_size = 1000, max_message_size = 1500)]
impl Echo {
    #[remote]
    fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

/// With the limits that a service has by itself.
#[derive(Default)]
struct Default64;

#[websocket::service(path = "/default")]
impl Default64 {
    #[remote]
    fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

/// A message may be no longer than a small frame.
#[derive(Default)]
struct ShortMessages;

#[websocket::service(path = "/short", max_frame_size = 1000, max_message_size = 100)]
impl ShortMessages {
    #[remote]
    fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

/// A control frame may be longer than a data frame.
#[derive(Default)]
struct SmallFrames;

#[websocket::service(path = "/small", max_frame_size = 16)]
impl SmallFrames {
    #[remote]
    fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

async fn start() -> SocketAddr {
    serve(Listener::new(0).service::<Echo>().service::<Default64>().service::<ShortMessages>().service::<SmallFrames>())
        .await
}

async fn client() -> RawClient {
    RawClient::upgrade(start().await, "/").await
}

/// Each of these, right after a good message, ends its connection with `code`; the good one is answered before.
async fn refuses(code: u16, cases: impl IntoIterator<Item = Vec<u8>>) {
    let address = start().await;
    for bytes in cases {
        println!("{:x?} must be refused with {code}", &bytes[..bytes.len().min(20)]);
        let mut client = RawClient::upgrade(address, "/").await;
        let good = frame(TEXT, "good");
        client.send([&good[..], &bytes, &good].concat()).await;
        client.expects(TEXT, "good").await;
        client.is_closed_with(code).await;
    }
}

#[tokio::test]
async fn a_control_frame_is_never_fragmented_however_small_frames_must_be() {
    let mut client = RawClient::upgrade(start().await, "/small").await;
    client.send_frame(PING, [7; 100]).await;
    client.expects(PONG, [7; 100]).await;
}

#[tokio::test]
async fn a_frame_over_the_limit_is_refused_with_1009_before_its_payload() {
    refuses(1009, [header(TEXT, 1001), header(BINARY, 1001), header(TEXT & !FIN, 1001), header(BINARY, 65_536)]).await;
}

#[tokio::test]
async fn a_frame_at_the_limit_is_accepted() {
    let mut client = client().await;
    client.send_frame(BINARY, [1; 1000]).await;
    client.expects(BINARY, [1; 1000]).await;
}

#[tokio::test]
async fn the_default_limit_of_a_frame_is_64_kib() {
    let mut client = RawClient::upgrade(start().await, "/default").await;
    let largest = vec![b'x'; 65_536];
    client.send_frame(TEXT, &largest).await;
    client.expects(TEXT, &largest).await;
    client.send(header(TEXT, 65_537)).await;
    client.is_closed_with(1009).await;
}

#[tokio::test]
async fn the_default_limit_of_a_message_is_1_mib() {
    let mut client = RawClient::upgrade(start().await, "/default").await;
    let part = vec![1; 65_536];
    client.send_frame(BINARY & !FIN, &part).await;
    for _ in 1..16 {
        client.send_frame(MIDDLE, &part).await;
    }
    client.send_frame(LAST, "").await;
    let mut length = 0;
    loop {
        let frame = client.frame().await.expect("the answer comes");
        length += frame.payload.len();
        if frame.first & FIN != 0 {
            break;
        }
    }
    assert_eq!(length, 1 << 20);

    client.send_frame(BINARY & !FIN, &part).await;
    for _ in 1..16 {
        client.send_frame(MIDDLE, &part).await;
    }
    client.send(header(LAST, 1)).await;
    client.is_closed_with(1009).await;
}

#[tokio::test]
async fn a_message_over_the_limit_in_one_frame_is_refused_with_1009() {
    for length in [101, 200, 1000] {
        let mut client = RawClient::upgrade(start().await, "/short").await;
        client.send_frame(TEXT, [b'a'; 100]).await;
        client.expects(TEXT, [b'a'; 100]).await;
        client.send(header(TEXT, length)).await;
        client.is_closed_with(1009).await;
    }
}

#[tokio::test]
async fn a_message_over_the_limit_by_fragments_is_refused_with_1009_before_the_last_payload() {
    refuses(
        1009,
        [
            [frame(TEXT & !FIN, [b'a'; 800]), header(LAST, 701)].concat(),
            [frame(BINARY & !FIN, [1; 800]), frame(MIDDLE, [1; 700]), header(LAST, 1)].concat(),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_message_at_the_limit_comes_back_in_frames_under_theirs() {
    let mut client = client().await;
    client.send_frame(BINARY & !FIN, [1; 800]).await;
    client.send_frame(LAST, [2; 700]).await;
    let message = [[1; 800].as_slice(), &[2; 700]].concat();
    client.expects(BINARY & !FIN, &message[..1000]).await;
    client.expects(LAST, &message[1000..]).await;
}

#[tokio::test]
async fn a_length_beyond_63_bits_is_refused_with_1002() {
    refuses(1002, [1 << 63, u64::MAX].map(|length| long_header(BINARY, length))).await;
}

#[tokio::test]
async fn the_longest_lengths_that_the_wire_allows_are_refused_with_1009() {
    let lengths = [(1 << 63) - 1, 1 << 62, 1 << 32, (1 << 32) + 1];
    refuses(1009, lengths.map(|length| long_header(BINARY, length))).await;
}

#[tokio::test]
async fn a_continuation_whose_length_overflows_the_message_is_refused_with_1009() {
    refuses(1009, [[frame(BINARY & !FIN, "abc"), long_header(LAST, (1 << 63) - 1)].concat()]).await;
}

#[tokio::test]
async fn a_length_in_more_bytes_than_it_needs_is_refused_with_1002() {
    let in_two_bytes = |length: u16| [&[BINARY, 0x80 | 0x7E][..], &length.to_be_bytes(), &[0; 4]].concat();
    let mut cases = [0, 5, 125].map(in_two_bytes).to_vec();
    cases.extend([0, 125, 126, 65_535].map(|length| long_header(BINARY, length)));
    refuses(1002, cases).await;
}
