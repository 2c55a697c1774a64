//! What a service does for its clients, whatever they talk over.

use std::io::Write as _;

use flate2::{Compression, Decompress, FlushDecompress, write::DeflateEncoder};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::raw::{BINARY, CLOSE, LAST, MIDDLE, PING, PONG, TEXT, close_payload, frame};

use crate::{
    servers::{Client, Server},
    services::{FLOOD, FLOOD_LENGTH},
};

/// Set in the first byte, the message is compressed.
const COMPRESSED: u8 = 0x40;
/// Cleared, the frame is not the last of its message.
const FIN: u8 = 0x80;

async fn says(client: &mut Client, text: &str, answer: &str) {
    client.send_frame(TEXT, text).await;
    client.expects(TEXT, answer).await;
}

async fn leaves(client: &mut Client) {
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.is_closed_with(1000).await;
}

pub(crate) async fn text(server: Server) {
    let mut client = server.opens("/room/1").await;
    for text in ["hello", "", "日本 😀", &"x".repeat(60_000)] {
        says(&mut client, text, text).await;
    }
    leaves(&mut client).await;
}

pub(crate) async fn binary(server: Server) {
    let mut client = server.opens("/room/1").await;
    for length in [0, 1, 125, 126, 65_535, 65_536, 1_000_000] {
        let data: Vec<u8> = (0..length).map(|index| u8::try_from(index % 251).expect("it fits")).collect();
        client.send_frame(BINARY, &data).await;
        let mut received = client.frame().await.expect("an answer");
        assert_eq!(received.first & !FIN, BINARY & !FIN);
        while received.first & FIN == 0 {
            let next = client.frame().await.expect("the rest");
            received.payload.extend(next.payload);
            received.first |= next.first & FIN;
        }
        assert!(received.payload == data, "{length} bytes");
    }
    leaves(&mut client).await;
}

pub(crate) async fn fragments(server: Server) {
    let mut client = server.opens("/room/1").await;
    client.send_frame(TEXT & !FIN, "one ").await;
    client.send_frame(PING, "between").await;
    client.send_frame(MIDDLE, "two ").await;
    client.send_frame(LAST, "three").await;
    client.expects(PONG, "between").await;
    client.expects(TEXT, "one two three").await;
}

pub(crate) async fn path_parameters(server: Server) {
    let mut client = server.opens("/room/Ann%20%C3%84?x=y").await;
    says(&mut client, "name", "Ann Ä").await;
}

pub(crate) async fn headers_and_subprotocols(server: Server) {
    let offer = [("sec-websocket-protocol", "news, chat")];
    let (response, mut client) = server.asks("/room/1", &offer).await;
    assert_eq!(response.status, server.transport().accepted());
    assert_eq!(response.header("sec-websocket-protocol"), Some("chat"));
    assert_eq!(response.header("x-room"), Some("open"));
    says(&mut client, "subprotocol", r#"Some("chat")"#).await;

    let (response, mut client) = server.asks("/room/1", &[("sec-websocket-protocol", "other")]).await;
    assert_eq!(response.header("sec-websocket-protocol"), None);
    says(&mut client, "subprotocol", "None").await;
}

pub(crate) async fn the_peer_is_known(server: Server) {
    let mut client = server.opens("/room/1").await;
    let transport = server.transport();
    let known = if transport.knows_peers() {
        format!("{} Some(127.0.0.1)", transport.is_secure())
    } else {
        "false None".to_owned()
    };
    says(&mut client, "peer", &known).await;
}

pub(crate) async fn dispatch_and_streams(server: Server) {
    let mut client = server.opens("/calculator").await;
    let send = async |client: &mut Client, message: Value| client.send_frame(TEXT, message.to_string()).await;
    let receive = async |client: &mut Client| -> Value {
        let frame = client.frame().await.expect("an answer");
        serde_json::from_slice(&frame.payload).expect("it is JSON")
    };
    send(&mut client, json!({"event": "add", "id": 7, "numbers": [1, 2, 3]})).await;
    assert_eq!(receive(&mut client).await, json!({"sum": 6, "id": 7}));
    send(&mut client, json!({"event": "list", "id": "a", "numbers": [4, 5]})).await;
    for number in [4, 5] {
        assert_eq!(receive(&mut client).await, json!({"sum": number, "id": "a"}));
    }
    says(&mut client, "hello", "unknown: hello").await;
    // No `numbers`.
    send(&mut client, json!({"event": "add"})).await;
    assert_eq!(client.closing().await.0, 1003);
}

pub(crate) async fn pings_and_pongs(mut server: Server) {
    let mut client = server.opens("/room/1").await;
    client.send_frame(PING, "are you there?").await;
    client.expects(PONG, "are you there?").await;
    client.send_frame(PONG, "I am").await;
    server.entries.expect(&["pong I am"]).await;
}

pub(crate) async fn the_client_closes(mut server: Server) {
    let mut client = server.opens("/room/1").await;
    client.send_frame(CLOSE, close_payload(4000, "bye")).await;
    client.is_closed_with(4000).await;
    server.entries.expect(&["closed 4000 bye"]).await;

    let mut client = server.opens("/room/1").await;
    client.send_frame(CLOSE, "").await;
    assert_eq!(client.frame().await.map(|frame| (frame.first, frame.payload.len())), Some((CLOSE, 0)));
    client.ends().await;
    server.entries.expect(&["closed 1005 "]).await;
}

pub(crate) async fn the_service_closes(mut server: Server) {
    let mut client = server.opens("/room/1").await;
    client.send_frame(TEXT, "leave").await;
    assert_eq!(client.closing().await, (4001, "as you wish".to_owned()));
    client.send_frame(CLOSE, close_payload(4001, "")).await;
    client.ends().await;
    server.entries.expect(&["closed 4001 "]).await;
}

pub(crate) async fn the_client_vanishes(mut server: Server) {
    let mut client = server.opens("/room/1").await;
    says(&mut client, "hello", "hello").await;
    drop(client);
    server.entries.expect(&["closed 1006 "]).await;
}

pub(crate) async fn mistakes(mut server: Server) {
    for (bytes, code) in [
        (frame(TEXT, b"\xff"), 1007),
        (frame(0x83, ""), 1002),
        (frame(BINARY, vec![0; 1_048_577]), 1009),
        // Not masked.
        (vec![TEXT, 1, b'x'], 1002),
    ] {
        let mut client = server.opens("/room/1").await;
        client.send(bytes).await;
        assert_eq!(client.closing().await.0, code);
        server.entries.expect(&["error"]).await;
        assert!(server.entries.next().await.starts_with("closed"));
    }
}

pub(crate) async fn compression(server: Server) {
    let (response, mut client) = server.asks("/room/1", &[("sec-websocket-extensions", "permessage-deflate")]).await;
    let extensions = response.header("sec-websocket-extensions").expect("it is negotiated");
    assert!(extensions.starts_with("permessage-deflate"), "{extensions}");
    let text = "hello ".repeat(1000);
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflated.write_all(text.as_bytes()).and_then(|()| deflated.flush()).expect("a Vec takes it");
    let deflated = deflated.get_ref();
    client.send_frame(TEXT | COMPRESSED, &deflated[..deflated.len() - 4]).await;
    let frame = client.frame().await.expect("an answer");
    assert_eq!(frame.first, TEXT | COMPRESSED);
    let mut inflated = Vec::with_capacity(text.len() + 1);
    let payload = [&frame.payload[..], &[0, 0, 0xFF, 0xFF]].concat();
    Decompress::new(false).decompress_vec(&payload, &mut inflated, FlushDecompress::Sync).expect("it is compressed");
    assert!(inflated == text.as_bytes());
}

pub(crate) async fn refusals(server: Server) {
    assert_eq!(server.asks("/unknown", &[]).await.0.status, 404);
    let (response, _) = server.asks("/room/1?refusal=not%20today", &[]).await;
    assert_eq!((response.status, response.body.as_str()), (403, "not today"));
    let foreign = [("origin", "https://example.com")];
    assert_eq!(server.asks("/room/1", &foreign).await.0.status, 403);
    // There are no upgrades in HTTP/2.
    let status = if server.transport().is_http2() { 400 } else { 426 };
    let response = server.asks_for_version("/room/1", "8").await;
    assert_eq!((response.status, response.header("sec-websocket-version")), (status, Some("13")));
    assert_eq!(server.gets("/room/1").await.status, status);
    assert_eq!(server.gets("/unknown").await.status, 404);
}

pub(crate) async fn silence_ends_a_connection(server: Server) {
    let mut client = server.opens("/idle").await;
    assert_eq!(client.closing().await.0, 1001);
}

/// Whoever does not read holds up nobody else, and misses nothing.
pub(crate) async fn a_client_that_does_not_read(server: Server) {
    let mut slow = server.opens("/room/slow").await;
    slow.send_frame(TEXT, "flood").await;
    let mut other = server.opens("/room/other").await;
    for _ in 0..100 {
        says(&mut other, "hello", "hello").await;
    }
    for _ in 0..FLOOD {
        let frame = slow.frame().await.expect("the flood goes on");
        assert_eq!((frame.first, frame.payload.len()), (TEXT, FLOOD_LENGTH));
    }
    slow.expects(TEXT, "dry").await;
}

pub(crate) async fn many_at_once(server: Server) {
    let talks = (0..50).map(|number| {
        let server = &server;
        async move {
            let mut client = server.opens(&format!("/room/{number}")).await;
            says(&mut client, "name", &number.to_string()).await;
            client
        }
    });
    for mut client in join_all(talks).await {
        leaves(&mut client).await;
    }
}

pub(crate) async fn the_server_ends(server: Server) {
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = server.opens("/room/1").await;
        says(&mut client, "hello", "hello").await;
        clients.push(client);
    }
    let leaving = join_all(clients.into_iter().map(async |mut client| {
        assert_eq!(client.closing().await.0, 1001);
        client.send_frame(CLOSE, close_payload(1001, "")).await;
        client.ends().await;
    }));
    let (shutdown, _) = tokio::join!(server.stops(), leaving);
    assert_eq!((shutdown.closed, shutdown.aborted), (3, 0));
}
