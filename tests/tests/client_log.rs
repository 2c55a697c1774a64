//! What a client logs of its way to a connection, one event after the other, and what is in none of them: a text of the server's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tests::event_table::is_listed;
use tests::log::Log;
use tests::network::Network;
use tests::raw::{CLOSE, Frame, TEXT, close_payload};
use tests::raw_server::frame;
use tests::within;
use tokio::time::timeout;
use tracing::Level;
use websocket::{CloseFrame, Error, RetryConfig};

/// What must not be in the log, whoever says it.
const SECRET: &str = "hunter2";

fn doubling() -> RetryConfig {
    RetryConfig::new().jitter(false).back_off_factor(2.0)
}

/// What has been told of clients so far, all of which is in the table, at its level.
fn told(log: &Log) -> Vec<String> {
    let records = log.entries().into_iter().map(|entry| entry.record);
    let records: Vec<_> = records.filter(|record| record.target == "websocket::client").collect();
    records.iter().for_each(is_listed);
    assert!(!log.text().contains(SECRET), "{}", log.text());
    let lines = records.iter().map(|record| record.to_string().replacen(&format!("{} ", record.level), "", 1));
    lines.collect()
}

#[tokio::test(start_paused = true)]
async fn the_way_of_a_client_is_told() {
    let (log, _guard) = Log::listen();
    let mut network = Network::default();
    let builder = network.client().bearer_token(SECRET).cookie("session", SECRET).header("x-secret", SECRET);
    let connecting = tokio::spawn(builder.retry(doubling()).connect());
    network.dialed().await.refuse();
    let mut peer = network.dialed().await.accept().await;
    peer.send(format!("HTTP/1.1 503 {SECRET}\r\nX-Reason: {SECRET}\r\n\r\n{SECRET}")).await;
    drop(peer);
    let mut peer = network.upgraded().await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    let (reader, writer) = client.split();
    let reading = tokio::spawn(async move {
        while reader.read().await?.is_some() {}
        Ok::<_, Error>(())
    });
    writer.write_text(SECRET).await.expect("it is open");
    peer.expects(TEXT, SECRET).await;
    peer.send_frame(TEXT, SECRET).await;
    peer.send_frame(CLOSE, close_payload(1001, SECRET)).await;
    peer.expects(CLOSE, close_payload(1001, "")).await;
    drop(peer);
    let dial = network.dialed().await;
    writer.write_text(SECRET).await.expect("it waits");
    writer.write_text("and another one").await.expect("it waits");
    let mut peer = dial.accept().await;
    peer.send(format!("HTTP/1.1 403 {SECRET}\r\nLocation: /{SECRET}\r\n\r\n")).await;
    reading.await.expect("it does not panic").expect_err("it is not let in any more");
    let expected = [
        "client connects attempt=1",
        "client could not connect error=cannot connect to localhost:80: connection refused",
        "client waits duration_ms=1000",
        "client connects attempt=2",
        "client could not connect error=server refused the connection with status 503 Service Unavailable",
        "client waits duration_ms=2000",
        "client connects attempt=3",
        "client lost its connection status=1001 in_doubt=1",
        "client waits duration_ms=4000",
        "client connects attempt=4",
        "client could not connect error=server refused the connection with status 403 Forbidden",
        "client gave up unsent=2",
    ];
    assert_eq!(told(&log), expected);
}

/// What comes in the place of an answer to the handshake.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_wrong_is_told_without_its_text() {
    let switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    let table = [
        (format!("SSH-2.0-{SECRET}\r\n\r\n"), "server does not speak HTTP/1.1"),
        (format!("HTTP/1.1 302 {SECRET}\r\nLocation: ws://{SECRET}/\r\n\r\n"), "status 302 Found"),
        (format!("HTTP/1.1 599 {SECRET}\r\n\r\n"), "status 599 <unknown status code>"),
        (format!("{switching}Sec-WebSocket-Accept: {SECRET}\r\n\r\n"), ""),
        (format!("{switching}Sec-WebSocket-Extensions: {SECRET}\r\n\r\n"), ""),
        (format!("HTTP/1.1 101 {SECRET}\r\nConnection: {SECRET}\r\nUpgrade: {SECRET}\r\n\r\n"), ""),
    ];
    for (answer, error) in table {
        let (log, _guard) = Log::listen();
        let mut network = Network::default();
        let connecting = tokio::spawn(network.client().retry(doubling()).connect());
        let mut peer = network.dialed().await.accept().await;
        peer.send(&answer).await;
        connecting.await.expect("it does not panic").expect_err(&answer);
        let told = told(&log);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[1].starts_with("client could not connect error=") && told[1].ends_with(error), "{told:?}");
        assert_eq!(told[2], "client gave up unsent=0");
    }
    // A subprotocol that was not offered, in an answer that is right but for that.
    let (log, _guard) = Log::listen();
    let mut network = Network::default();
    let connecting = tokio::spawn(network.client().retry(doubling()).connect());
    let mut peer = network.dialed().await.accept().await;
    peer.upgrade(&format!("Sec-WebSocket-Protocol: {SECRET}\r\n")).await;
    connecting.await.expect("it does not panic").expect_err("it was not offered");
    assert_eq!(told(&log).len(), 3);
}

/// Every way in which a connection can be lost: the code is all that is told of what the server said.
#[tokio::test(start_paused = true)]
async fn the_end_of_a_connection_is_told_without_its_text() {
    let table = [
        (frame(CLOSE, close_payload(1008, SECRET)), 1008),
        (frame(CLOSE, close_payload(4001, SECRET)), 4001),
        (frame(CLOSE, ""), 1005),
        (frame(0x83, SECRET), 1006),
        (frame(CLOSE, close_payload(1005, SECRET)), 1006),
        (frame(TEXT, [SECRET.as_bytes(), b"\xFF"].concat()), 1006),
    ];
    for (bytes, status) in table {
        let (log, _guard) = Log::listen();
        let mut network = Network::default();
        let connecting = tokio::spawn(network.client().retry(doubling()).connect());
        let mut peer = network.upgraded().await;
        let client = connecting.await.expect("it does not panic").expect("it was accepted");
        peer.send(&bytes).await;
        let read = client.read().await;
        assert!(matches!(read, Ok(None) | Err(Error::Protocol(_))), "{read:?}");
        client.closed().await;
        drop(peer);
        log.expects("client gave up").await;
        let lost = format!("client lost its connection status={status} in_doubt=0");
        assert_eq!(told(&log), ["client connects attempt=1", &lost, "client gave up unsent=0"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_closes_gives_nothing_up() {
    let (log, _guard) = Log::listen();
    let mut network = Network::default();
    let connecting = tokio::spawn(network.client().retry(doubling()).connect());
    let mut peer = network.upgraded().await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    let reason = CloseFrame::new(1000, SECRET).expect("it may be sent");
    let answering = async {
        peer.expects(CLOSE, close_payload(1000, SECRET)).await;
        peer.send_frame(CLOSE, close_payload(1000, SECRET)).await;
    };
    let (closed, ()) = tokio::join!(client.close(reason), answering);
    closed.expect("the server answers");
    assert_eq!(told(&log), ["client connects attempt=1"]);
    // The connection tells of its own end.
    assert_eq!(log.expects("connection closed").await.record.field("outcome"), "closed");
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_panics_is_told_of_the_next_event() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let (log, _guard) = Log::listen();
    let mut network = Network::default();
    let retry = doubling().on_event(|event| {
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        assert_ne!(call, 0, "{SECRET} {event}");
    });
    let connecting = tokio::spawn(network.client().retry(retry).connect());
    let peer = network.upgraded().await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
    let panicked = log.expects("listener for the events of a client panicked").await.record;
    assert_eq!((panicked.level, panicked.fields.len()), (Level::ERROR, 0));
    told(&log);
    drop((client, peer));
}

#[tokio::test(start_paused = true)]
async fn an_answer_for_nobody_is_told_without_its_text() {
    let (log, _guard) = Log::listen();
    let mut network = Network::default();
    let connecting = tokio::spawn(network.client().dispatcher_stream_id("id").connect());
    let mut peer = network.upgraded().await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    let question = json!({ "ask": SECRET });
    timeout(Duration::from_secs(1), client.request::<Value>(&question)).await.expect_err("nobody answers");
    let Some(Frame { first: TEXT, payload }) = peer.frame().await else { panic!("a request comes") };
    let request: Value = serde_json::from_slice(&payload).expect("it is JSON");
    peer.send_frame(TEXT, json!({ "id": request["id"], "answer": SECRET }).to_string()).await;
    let late = within("the event", log.expects("answer came too late")).await.record;
    assert_eq!(late.field("connection"), client.connection_id().to_string());
    assert_eq!(told(&log).len(), 1);
}
