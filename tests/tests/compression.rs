//! `permessage-deflate` over a socket: what is negotiated, what is compressed, and what a peer cannot do with it.

use flate2::{Compress, Decompress, FlushCompress, FlushDecompress};
use tests::raw::{BINARY, RawClient, TEXT, handshake};
use tests::server::serve;
use websocket::{Compression, ConfigError, Error, Listener};

/// RSV1: the message is compressed.
const COMPRESSED: u8 = 0x40;
const OFFER: &str = "permessage-deflate; client_max_window_bits";

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/echo", max_message_size = 100_000)]
impl Echo {
    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }

    #[remote]
    fn on_binary_message<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        data
    }
}

#[derive(Default)]
struct Dedicated;

#[websocket::service(path = "/dedicated", compression = Compression::dedicated().threshold(0))]
impl Dedicated {
    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }
}

/// Upgrades with an offer, and returns the answer to it.
async fn negotiate(listener: Listener, path: &str, offer: &str) -> (RawClient, Option<String>) {
    let mut client = RawClient::connect(serve(listener).await).await;
    let header = if offer.is_empty() { String::new() } else { format!("Sec-WebSocket-Extensions: {offer}\r\n") };
    client.send(handshake(path, &header)).await;
    let response = client.response().await;
    assert_eq!(response.status, 101, "{response:?}");
    let answer = response.header("sec-websocket-extensions").map(str::to_owned);
    (client, answer)
}

fn listener() -> Listener {
    Listener::new(0).service::<Echo>().service::<Dedicated>()
}

fn deflate(message: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::with_capacity(message.len() + 100);
    let mut compress = Compress::new(flate2::Compression::new(6), false);
    compress.compress_vec(message, &mut compressed, FlushCompress::Sync).expect("it has room");
    compressed.truncate(compressed.len() - 4);
    compressed
}

fn inflate(decompress: &mut Decompress, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(100_000);
    let whole = [message, &[0x00, 0x00, 0xFF, 0xFF]].concat();
    decompress.decompress_vec(&whole, &mut out, FlushDecompress::Sync).expect("it is deflated");
    out
}

#[tokio::test]
async fn by_default_each_message_is_compressed_on_its_own() {
    let (mut client, answer) = negotiate(listener(), "/echo", OFFER).await;
    let expected = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    assert_eq!(answer.as_deref(), Some(expected));
    let message = "Hello, hello, hello! ".repeat(50);
    for _ in 0..3 {
        client.send_frame(TEXT | COMPRESSED, deflate(message.as_bytes())).await;
        let frame = client.frame().await.expect("an answer");
        assert_eq!(frame.first, TEXT | COMPRESSED);
        assert!(frame.payload.len() < message.len() / 5, "{} bytes", frame.payload.len());
        assert_eq!(inflate(&mut Decompress::new(false), &frame.payload), message.as_bytes());
    }
    client.send_frame(TEXT, &message).await;
    assert_eq!(client.frame().await.expect("an answer").first, TEXT | COMPRESSED, "a plain message is fine too");
}

#[tokio::test]
async fn what_would_not_become_shorter_is_sent_as_it_is() {
    let (mut client, _) = negotiate(listener(), "/echo", OFFER).await;
    client.send_frame(TEXT | COMPRESSED, deflate(b"short short short short")).await;
    client.expects(TEXT, "short short short short").await;
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    })
    .take(1000)
    .collect();
    client.send_frame(BINARY, &noise).await;
    client.expects(BINARY, &noise).await;
}

#[tokio::test]
async fn a_compressed_message_may_come_in_fragments_with_pings_between() {
    let (mut client, _) = negotiate(listener(), "/echo", OFFER).await;
    let compressed = deflate("Grüße".as_bytes());
    client.send_frame((TEXT | COMPRESSED) & !tests::raw::FIN, &compressed[..3]).await;
    client.send_frame(tests::raw::PING, "still there?").await;
    client.expects(tests::raw::PONG, "still there?").await;
    client.send_frame(tests::raw::LAST, &compressed[3..]).await;
    client.expects(TEXT, "Grüße").await;
}

#[tokio::test]
async fn takeover_is_the_choice_of_a_service() {
    let (mut client, answer) = negotiate(listener(), "/dedicated", OFFER).await;
    assert_eq!(answer.as_deref(), Some("permessage-deflate"));
    let mut decompress = Decompress::new(false);
    let message = "a message that says the same thing again";
    let mut lengths = Vec::new();
    for _ in 0..2 {
        client.send_frame(TEXT, message).await;
        let frame = client.frame().await.expect("an answer");
        assert_eq!(frame.first, TEXT | COMPRESSED);
        assert_eq!(inflate(&mut decompress, &frame.payload), message.as_bytes());
        lengths.push(frame.payload.len());
    }
    assert!(lengths[1] < lengths[0] / 2, "{lengths:?}");
}

#[tokio::test]
async fn nothing_is_compressed_that_has_not_been_negotiated() {
    let off = || listener().compression(Compression::off());
    for (listener, offer) in
        [(off(), OFFER), (listener(), ""), (listener(), "permessage-deflate; server_max_window_bits=7")]
    {
        let (mut client, answer) = negotiate(listener, "/echo", offer).await;
        assert_eq!(answer, None, "{offer}");
        let message = "x".repeat(1000);
        client.send_frame(TEXT, &message).await;
        client.expects(TEXT, &message).await;
        client.send_frame(TEXT | COMPRESSED, deflate(b"Hello")).await;
        client.is_closed_with(1002).await;
    }
}

#[tokio::test]
async fn a_small_window_is_kept() {
    let small = listener().compression(Compression::shared().window_bits(9));
    let (_, answer) = negotiate(small, "/echo", OFFER).await;
    let answer = answer.expect("it is accepted");
    assert!(answer.contains("server_max_window_bits=9") && answer.contains("client_max_window_bits=9"), "{answer}");
}

#[tokio::test]
async fn a_bomb_is_a_message_too_large() {
    let (mut client, _) = negotiate(listener(), "/echo", OFFER).await;
    client.send_frame(BINARY | COMPRESSED, deflate(&vec![0; 100_000])).await;
    assert_eq!(inflate(&mut Decompress::new(false), &client.frame().await.expect("just fits").payload).len(), 100_000);
    client.send_frame(BINARY | COMPRESSED, deflate(&vec![0; 100_001])).await;
    client.is_closed_with(1009).await;
}

#[tokio::test]
async fn nonsense_and_bad_text_are_invalid_payloads() {
    for payload in [vec![0xFF; 20], deflate(b"\xC3\x28")] {
        let (mut client, _) = negotiate(listener(), "/echo", OFFER).await;
        client.send_frame(TEXT | COMPRESSED, payload).await;
        client.is_closed_with(1007).await;
    }
}

#[tokio::test]
async fn a_setting_out_of_its_range_is_named() {
    let table = [
        (Compression::shared().level(0), "compression level"),
        (Compression::shared().level(10), "compression level"),
        (Compression::dedicated().window_bits(7), "compression window_bits"),
        (Compression::dedicated().window_bits(16), "compression window_bits"),
    ];
    for (compression, expected) in table {
        match Listener::new(0).service::<Echo>().compression(compression).bind().await {
            Err(Error::Config(ConfigError::Listener { key, .. })) => assert_eq!(key, expected),
            other => panic!("{other:?}"),
        }
    }
}
