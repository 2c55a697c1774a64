//! What a peer can do wrong on the wire, from a raw socket: the right close code each, then the end of the connection.

use std::net::SocketAddr;

use tests::{
    raw::{BINARY, CLOSE, FIN, LAST, MIDDLE, PING, PONG, RawClient, TEXT, close_payload, frame, header, masked},
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

async fn start() -> SocketAddr {
    serve(Listener::new(0).service::<Echo>().service::<Default64>()).await
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
async fn a_frame_without_a_mask_is_refused_with_1002() {
    let unmasked = [b"\x81\x01a".to_vec(), b"\x82\x00".to_vec(), b"\x89\x00".to_vec(), b"\x88\x02\x03\xe8".to_vec()];
    refuses(1002, unmasked).await;
}

#[tokio::test]
async fn every_reserved_bit_is_refused_with_1002() {
    let bits = [0x40, 0x20, 0x10, 0x70];
    refuses(
        1002,
        bits.into_iter().flat_map(|bit| [TEXT, BINARY, PING, PONG, CLOSE].map(|first| frame(first | bit, ""))),
    )
    .await;
}

#[tokio::test]
async fn a_reserved_bit_in_a_continuation_is_refused_with_1002() {
    refuses(1002, [[frame(TEXT & !FIN, "a"), frame(LAST | 0x40, "b")].concat()]).await;
}

#[tokio::test]
async fn every_unknown_opcode_is_refused_with_1002() {
    refuses(1002, [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF].map(|opcode| frame(FIN | opcode, "x"))).await;
}

#[tokio::test]
async fn a_fragmented_control_frame_is_refused_with_1002() {
    refuses(1002, [PING, PONG, CLOSE].map(|first| frame(first & !FIN, ""))).await;
}

#[tokio::test]
async fn a_control_frame_over_125_bytes_is_refused_with_1002() {
    refuses(1002, [PING, PONG, CLOSE].map(|first| frame(first, close_payload(1000, [b'a'; 124])))).await;
}

#[tokio::test]
async fn a_control_frame_of_125_bytes_is_accepted() {
    let mut client = client().await;
    client.send_frame(PING, [7; 125]).await;
    client.expects(PONG, [7; 125]).await;
}

#[tokio::test]
async fn bad_utf8_in_a_whole_message_is_refused_with_1007() {
    let bad: [&[u8]; 6] =
        [b"\xff", b"a\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"ends inside \xe2\x82", &[0x80; 900]];
    refuses(1007, bad.map(|text| frame(TEXT, text))).await;
}

#[tokio::test]
async fn bad_utf8_split_over_fragments_is_refused_with_1007() {
    let whole =
        |parts: [&[u8]; 3]| [frame(TEXT & !FIN, parts[0]), frame(MIDDLE, parts[1]), frame(LAST, parts[2])].concat();
    refuses(
        1007,
        [
            whole([b"\xe2", b"\x28", b""]),
            whole([b"\xe2", b"\x82", b""]),
            whole([b"\xe2\x82", b"", b"a"]),
            whole([b"fine", b"fine", b"\xf0\x9f\x98"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn bad_utf8_in_a_fragment_is_refused_before_the_message_ends() {
    refuses(
        1007,
        [frame(TEXT & !FIN, "never ends \u{0}\u{7f}".as_bytes().iter().chain(b"\xff").copied().collect::<Vec<_>>())],
    )
    .await;
}

#[tokio::test]
async fn bad_utf8_is_refused_before_the_frame_ends() {
    for (path, announced, sent) in [("/", 100, 10), ("/", 1000, 500), ("/default", 60_000, 20_000)] {
        let mut client = RawClient::upgrade(start().await, path).await;
        client.send(header(TEXT, announced)).await;
        // A character that is cut in two by the segments, and goes wrong in the second.
        let text = [&vec![b'a'; sent][..], b"\xe2\x82\x28"].concat();
        let bytes = masked(text);
        client.send(&bytes[..sent + 2]).await;
        client.send(&bytes[sent + 2..]).await;
        client.is_closed_with(1007).await;
    }
}

#[tokio::test]
async fn characters_may_be_split_over_fragments_segments_and_pings() {
    let mut client = client().await;
    let text = "héllo € 😀";
    for cut in 0..=text.len() {
        let (left, right) = text.as_bytes().split_at(cut);
        client.send_frame(TEXT & !FIN, left).await;
        client.send_frame(PING, "between").await;
        let last = frame(LAST, right);
        for byte in last {
            client.send([byte]).await;
        }
        client.expects(PONG, "between").await;
        client.expects(TEXT, text).await;
    }
}

#[tokio::test]
async fn binary_need_not_be_utf8() {
    let mut client = client().await;
    client.send_frame(BINARY, b"\xff\xfe").await;
    client.expects(BINARY, b"\xff\xfe").await;
}

#[tokio::test]
async fn a_close_code_that_must_not_be_sent_is_refused_with_1002() {
    let codes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];
    refuses(1002, codes.map(|code| frame(CLOSE, close_payload(code, "")))).await;
}

#[tokio::test]
async fn a_close_code_that_may_be_sent_comes_back() {
    let address = start().await;
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] {
        let mut client = RawClient::upgrade(address, "/").await;
        client.send_frame(CLOSE, close_payload(code, "a reason")).await;
        client.is_closed_with(code).await;
    }
}

#[tokio::test]
async fn a_close_frame_without_a_code_is_answered_without_one() {
    let mut client = client().await;
    client.send_frame(CLOSE, "").await;
    client.expects(CLOSE, "").await;
    client.ends().await;
}

#[tokio::test]
async fn a_close_payload_of_one_byte_is_refused_with_1002() {
    refuses(1002, [frame(CLOSE, [3])]).await;
}

#[tokio::test]
async fn a_close_reason_that_is_not_utf8_is_refused_with_1007() {
    refuses(1007, [frame(CLOSE, close_payload(1000, b"\xff")), frame(CLOSE, close_payload(1000, b"\xe2\x82"))]).await;
}

#[tokio::test]
async fn nothing_behind_a_close_frame_is_handled() {
    let mut client = client().await;
    client.send([frame(CLOSE, close_payload(1000, "")), frame(TEXT, "late"), frame(PING, "late")].concat()).await;
    client.is_closed_with(1000).await;
}

#[tokio::test]
async fn an_unexpected_continuation_is_refused_with_1002() {
    let whole_message = [frame(TEXT & !FIN, "a"), frame(LAST, "b")].concat();
    let mut client = client().await;
    client.send([&whole_message[..], &frame(LAST, "c")].concat()).await;
    client.expects(TEXT, "ab").await;
    client.is_closed_with(1002).await;
    refuses(1002, [frame(LAST, "a"), frame(MIDDLE, "")]).await;
}

#[tokio::test]
async fn a_new_message_inside_of_a_fragmented_one_is_refused_with_1002() {
    let inside = [TEXT, BINARY, TEXT & !FIN, BINARY & !FIN];
    refuses(1002, inside.map(|first| [frame(TEXT & !FIN, "a"), frame(first, "b")].concat())).await;
}

#[tokio::test]
async fn a_close_frame_inside_of_a_fragmented_message_is_answered() {
    let mut client = client().await;
    client.send([frame(TEXT & !FIN, "a"), frame(CLOSE, close_payload(4000, "bye"))].concat()).await;
    client.is_closed_with(4000).await;
}

#[tokio::test]
async fn a_peer_that_keeps_sending_after_its_mistake_still_sees_the_close_frame() {
    let mut client = client().await;
    client.send(frame(TEXT, b"\xff")).await;
    for _ in 0..64 {
        client.send(frame(BINARY, [0; 1000])).await;
    }
    client.is_closed_with(1007).await;
}

#[tokio::test]
async fn many_messages_in_one_segment_are_answered_in_order() {
    let mut client = client().await;
    let texts: Vec<String> = (0..500).map(|index| format!("message {index}")).collect();
    let bytes: Vec<u8> = texts.iter().flat_map(|text| frame(TEXT, text)).collect();
    client.send(bytes).await;
    for text in texts {
        client.expects(TEXT, text).await;
    }
}

#[tokio::test]
async fn an_empty_message_and_empty_fragments_are_a_message() {
    let mut client = client().await;
    client.send_frame(TEXT, "").await;
    client.expects(TEXT, "").await;
    client.send([frame(BINARY & !FIN, ""), frame(MIDDLE, ""), frame(LAST, "")].concat()).await;
    client.expects(BINARY, "").await;
}
