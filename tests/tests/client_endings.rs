//! How our client's connections end, and what happens while nobody reads.

use std::io;
use std::time::Duration;

use tests::raw::{BINARY, CLOSE, FIN, Frame, LAST, PING, PONG, TEXT, close_payload};
use tests::raw_server::{RawPeer, RawServer, frame};
use tests::{raw, within};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, timeout};
use websocket::{Client, ClientBuilder, CloseCode, CloseFrame, Error, Message, ProtocolError};

/// Long enough for nothing.
const SOON: Duration = Duration::from_millis(50);

async fn connect_with(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Client, RawPeer) {
    let server = RawServer::bind().await;
    let (client, peer) = tokio::join!(configure(Client::builder(server.url("/"))).connect(), server.upgrade(""));
    (client.expect("the server accepts"), peer)
}

async fn connect() -> (Client, RawPeer) {
    connect_with(|builder| builder).await
}

async fn read(client: &mut Client) -> Result<Option<Message>, Error> {
    within("a message or the end", client.read()).await
}

async fn hears(client: &mut Client, text: &str) {
    assert_eq!(read(client).await.expect("the connection is not broken"), Some(Message::text(text)));
}

/// The end after a closing handshake.
async fn is_closed_with(client: &mut Client, code: CloseCode, reason: &str) {
    for _ in 0..2 {
        assert_eq!(read(client).await.expect("it is no error"), None);
    }
    within("the end", client.closed()).await;
    assert_eq!(client.close_status(), Some((code, reason)));
    assert!(!client.is_open());
    assert!(matches!(client.write_text("too late").await, Err(Error::Closed)));
    assert!(matches!(client.try_write_text("too late"), Err(Error::Closed)));
    within("the end", client.close(CloseFrame::normal())).await.expect("it has been closed");
}

/// The end after an error.
async fn fails(client: &mut Client) -> Error {
    let error = read(client).await.expect_err("the connection is broken");
    is_closed_with(client, CloseCode::ABNORMAL, "").await;
    error
}

#[tokio::test]
async fn the_client_closes() {
    let (mut client, mut peer) = connect().await;
    client.write_text("the last").await.expect("it is open");
    let frame = CloseFrame::new(4001, "bye").expect("it may be sent");
    let closing = async {
        within("the answer", client.close(frame)).await.expect("the server answers");
    };
    let answering = async {
        peer.expects(TEXT, "the last").await;
        peer.expects(CLOSE, close_payload(4001, "bye")).await;
        peer.send_frame(TEXT, "nobody reads this any more").await;
        peer.send_frame(CLOSE, close_payload(3000, "so long")).await;
    };
    tokio::join!(closing, answering);
    is_closed_with(&mut client, CloseFrame::new(3000, "").expect("it may be sent").code(), "so long").await;
}

#[tokio::test]
async fn the_server_closes() {
    let table: [(Vec<u8>, Vec<u8>, CloseCode, &str); 3] = [
        (close_payload(1000, "done"), close_payload(1000, ""), CloseCode::NORMAL, "done"),
        (close_payload(1001, ""), close_payload(1001, ""), CloseCode::GOING_AWAY, ""),
        (Vec::new(), Vec::new(), CloseCode::NO_STATUS, ""),
    ];
    for (sent, answered, code, reason) in table {
        let (mut client, mut peer) = connect().await;
        peer.send([frame(TEXT, "the last"), frame(CLOSE, sent)].concat()).await;
        hears(&mut client, "the last").await;
        let ((), ()) = tokio::join!(is_closed_with(&mut client, code, reason), peer.expects(CLOSE, answered));
        peer.stream().shutdown().await.expect("the client is there");
        peer.ends().await;
    }
}

#[tokio::test]
async fn what_came_before_a_close_frame_is_answered_before_it() {
    let (mut client, mut peer) = connect().await;
    peer.send([frame(TEXT, "one"), frame(TEXT, "two"), frame(CLOSE, "")].concat()).await;
    within("the close frame to be seen", client.closed()).await;
    assert!(!client.is_open());
    while let Some(message) = read(&mut client).await.expect("the connection is not broken") {
        client.write(message).await.expect("our close frame waits for this");
    }
    peer.expects(TEXT, "one").await;
    peer.expects(TEXT, "two").await;
    peer.expects(CLOSE, "").await;
}

#[tokio::test]
async fn what_came_before_an_error_is_answered_before_it() {
    let (mut client, mut peer) = connect().await;
    peer.send([&frame(TEXT, "one")[..], &frame(TEXT, "two"), b"\x83\x00"].concat()).await;
    for text in ["one", "two"] {
        hears(&mut client, text).await;
        client.write_text(text).await.expect("our close frame waits for this");
    }
    let error = fails(&mut client).await;
    assert!(matches!(error, Error::Protocol(ProtocolError::UnknownOpcode { opcode: 3 })), "{error:?}");
    peer.expects(TEXT, "one").await;
    peer.expects(TEXT, "two").await;
    peer.expects(CLOSE, close_payload(1002, "unknown opcode 0x3")).await;
}

#[tokio::test]
async fn a_close_frame_is_answered_though_nobody_reads() {
    let (mut client, mut peer) = connect_with(|builder| builder.connection_closure_timeout(SOON)).await;
    peer.send([frame(TEXT, "unread"), frame(CLOSE, close_payload(1000, ""))].concat()).await;
    peer.expects(CLOSE, close_payload(1000, "")).await;
    hears(&mut client, "unread").await;
    is_closed_with(&mut client, CloseCode::NORMAL, "").await;
}

#[tokio::test]
async fn whoever_writes_alone_hears_of_the_end() {
    let (client, mut peer) = connect().await;
    peer.send_frame(CLOSE, close_payload(1001, "")).await;
    peer.expects(CLOSE, close_payload(1001, "")).await;
    within("the end", client.closed()).await;
    assert_eq!(client.close_status(), Some((CloseCode::GOING_AWAY, "")));
}

#[tokio::test]
async fn a_dropped_client_goes_away() {
    let (client, mut peer) = connect().await;
    let caller = client.caller();
    client.write_text("the last").await.expect("it is open");
    drop(client);
    peer.expects(TEXT, "the last").await;
    peer.expects(CLOSE, close_payload(1001, "")).await;
    assert!(!caller.is_open());
    peer.send_frame(CLOSE, close_payload(1001, "")).await;
    within("the end", caller.closed()).await;
}

#[tokio::test]
async fn a_dropped_client_goes_away_although_it_has_not_read() {
    let (client, mut peer) = connect().await;
    for _ in 0..3 {
        peer.send_frame(TEXT, "x".repeat(60_000)).await;
    }
    peer.send_frame(PING, "").await;
    peer.expects(PONG, "").await;
    drop(client);
    peer.expects(CLOSE, close_payload(1001, "")).await;
    peer.send_frame(CLOSE, close_payload(1001, "")).await;
    peer.stream().shutdown().await.expect("the client is there");
    peer.ends().await;
}

#[tokio::test]
async fn rfc6455_7_1_1_the_server_has_a_second_to_end_tcp_first() {
    let (client, mut peer) = connect().await;
    let begin = Instant::now();
    let answering = async {
        peer.expects(CLOSE, close_payload(1000, "")).await;
        peer.send_frame(CLOSE, close_payload(1000, "")).await;
    };
    let (closed, ()) = tokio::join!(client.close(CloseFrame::normal()), answering);
    closed.expect("the server answers");
    peer.ends().await;
    assert!(begin.elapsed() >= Duration::from_secs(1), "the client ended first after {:?}", begin.elapsed());
}

#[tokio::test]
async fn a_close_frame_without_an_answer_times_out() {
    let (mut client, mut peer) = connect_with(|builder| builder.connection_closure_timeout(SOON)).await;
    let closed = within("the end", client.close(CloseFrame::normal())).await;
    assert!(matches!(closed, Err(Error::CloseTimeout)), "{closed:?}");
    peer.expects(CLOSE, close_payload(1000, "")).await;
    assert_eq!(read(&mut client).await.expect("we have closed"), None);
    assert_eq!(client.close_status(), Some((CloseCode::ABNORMAL, "")));
}

#[tokio::test]
async fn rfc6455_5_1_a_masked_frame_from_a_server_is_an_error() {
    let (mut client, mut peer) = connect().await;
    peer.send(raw::frame(TEXT, "hello")).await;
    let error = fails(&mut client).await;
    assert!(matches!(error, Error::Protocol(ProtocolError::UnexpectedMask)), "{error:?}");
    peer.expects(CLOSE, close_payload(1002, "frame from a server is masked")).await;
}

#[tokio::test]
async fn what_a_server_must_not_send_is_an_error() {
    let table: [(Vec<u8>, u16); 7] = [
        (frame(TEXT, b"\xFF"), 1007),
        (frame(TEXT & !FIN, b"\xC3").into_iter().chain(frame(LAST, b"x")).collect(), 1007),
        (frame(LAST, "x"), 1002),
        (frame(0xC1, "compressed, but that is not agreed upon"), 1002),
        (frame(BINARY, [0; 1001]), 1009),
        ([&frame(BINARY & !FIN, [0; 1000])[..], &frame(0, [0; 1000]), &frame(LAST, [0; 1])].concat(), 1009),
        (frame(CLOSE, close_payload(1005, "")), 1002),
    ];
    for (bytes, code) in table {
        let (mut client, mut peer) = connect_with(|b| b.max_frame_size(1000).max_message_size(2000)).await;
        peer.send(bytes).await;
        let error = fails(&mut client).await;
        let Error::Protocol(error) = error else { panic!("{error:?}") };
        assert_eq!(error.close_code(), code, "{error}");
        let Some(Frame { first: CLOSE, payload }) = peer.frame().await else { panic!("{error}") };
        assert_eq!(payload, close_payload(code, error.to_string()));
    }
}

#[tokio::test]
async fn a_server_that_vanishes_is_an_error_once() {
    let (mut client, mut peer) = connect().await;
    peer.send_frame(TEXT, "the last").await;
    drop(peer);
    within("the end to be seen", client.closed()).await;
    hears(&mut client, "the last").await;
    let error = fails(&mut client).await;
    assert!(matches!(&error, Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof), "{error:?}");
}

#[tokio::test]
async fn a_reset_connection_is_an_error_once() {
    let (mut client, mut peer) = connect().await;
    peer.send_frame(TEXT, "the last").await;
    hears(&mut client, "the last").await;
    peer.stream().set_zero_linger().expect("it is accepted");
    drop(peer);
    let error = fails(&mut client).await;
    assert!(matches!(&error, Error::Io(error) if error.kind() == io::ErrorKind::ConnectionReset), "{error:?}");
}

#[tokio::test]
async fn a_message_cut_off_is_an_error() {
    let (mut client, mut peer) = connect().await;
    peer.send(&frame(BINARY, vec![0; 30_000])[..20_000]).await;
    drop(peer);
    let error = fails(&mut client).await;
    assert!(matches!(&error, Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof), "{error:?}");
}

#[test]
fn the_end_of_the_runtime_is_an_error() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("it starts");
    let other = runtime();
    let (mut client, _peer) = other.block_on(connect());
    other.shutdown_background();
    runtime().block_on(async {
        let error = fails(&mut client).await;
        assert!(matches!(&error, Error::Io(error) if error.kind() == io::ErrorKind::ConnectionAborted), "{error:?}");
    });
}

#[tokio::test]
async fn pings_are_answered_while_nobody_reads() {
    let (mut client, mut peer) = connect().await;
    peer.send_frame(PING, "early").await;
    peer.expects(PONG, "early").await;
    // The first is handed over, the second waits for it to be taken.
    for _ in 0..2 {
        peer.send_frame(BINARY, vec![7; 60_000]).await;
    }
    peer.send_frame(TEXT, "behind").await;
    peer.send_frame(PING, "are you there?").await;
    peer.expects(PONG, "are you there?").await;
    for _ in 0..2 {
        assert_eq!(read(&mut client).await.expect("it is open"), Some(Message::binary(vec![7; 60_000])));
    }
    hears(&mut client, "behind").await;
}

#[tokio::test(start_paused = true)]
async fn a_server_is_held_back_while_nobody_reads() {
    const COUNT: usize = 2000;
    let (client, mut peer) = connect().await;
    let message = frame(BINARY, vec![7; 50_000]);
    let mut sent = 0;
    // On this clock the time is over when nobody can do anything.
    let sending = timeout(Duration::from_hours(1), async {
        while sent < COUNT {
            peer.stream().write_all(&message).await.expect("the client is there");
            sent += 1;
        }
    });
    sending.await.expect_err("the client takes everything, though nobody reads");
    // What the operating system holds for both ends, and four messages.
    assert!(sent < 500, "{sent} messages were sent");
    for _ in 0..sent {
        assert_eq!(client.read().await.expect("it is open"), Some(Message::binary(vec![7; 50_000])));
    }
}
