//! A client that connects again, on a network that the test decides about, and a clock that the test does not wait for.

use std::io;
use std::time::Duration;

use tests::network::{Diary, Network};
use tests::raw::{CLOSE, PING, TEXT, close_payload};
use tests::raw_server::frame;
use tokio::time::Instant;
use websocket::{Client, ClientBuilder, CloseCode, CloseFrame, ConnectError, Error, LossCause, Message, RetryConfig};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Waits of 1, 2, 4, 8, 10, 10 … seconds.
fn doubling() -> RetryConfig {
    RetryConfig::new().jitter(false).back_off_factor(2.0).max_wait_interval(seconds(10))
}

/// Connects in a task of its own.
fn connecting(builder: ClientBuilder) -> tokio::task::JoinHandle<websocket::Result<Client>> {
    tokio::spawn(builder.connect())
}

/// Is closed, and tells nothing else.
async fn ends(client: &Client, code: CloseCode) {
    assert_eq!(client.read().await.expect("it is no error"), None);
    client.closed().await;
    assert_eq!(client.close_status().map(|(code, _)| code), Some(code));
    assert!(!client.is_open());
    assert!(matches!(client.try_write_text("too late"), Err(Error::Closed)));
}

#[tokio::test(start_paused = true)]
async fn the_waits_are_what_the_settings_say() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let begin = Instant::now();
    let connecting = connecting(network.client().retry(diary.listen(doubling().max_count(6))));
    for second in [0, 1, 3, 7, 15, 25, 35] {
        let dial = network.dialed().await;
        assert_eq!(dial.at - begin, seconds(second));
        dial.refuse();
    }
    let error = connecting.await.expect("it does not panic").expect_err("nobody listens");
    assert!(matches!(error, Error::Connect(ConnectError::Io { .. })), "{error:?}");
    assert_eq!(begin.elapsed(), seconds(35));
    let lines = diary.lines();
    assert_eq!(
        lines[..3],
        [
            "connecting, attempt 1",
            "could not connect: cannot connect to localhost:80: connection refused",
            "connecting again in 1.0 s"
        ]
    );
    let last = [
        "connecting, attempt 7",
        "could not connect: cannot connect to localhost:80: connection refused",
        "not connecting again",
    ];
    assert_eq!(lines[lines.len() - 3..], last);
    assert!(network.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn without_retry_one_attempt_is_all() {
    let mut network = Network::default();
    let connecting = connecting(network.client());
    network.dialed().await.refuse();
    connecting.await.expect("it does not panic").expect_err("nobody listens");
    assert!(network.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn each_wait_is_shorter_by_chance() {
    let mut network = Network::default();
    let config = RetryConfig::new().back_off_factor(2.0).max_wait_interval(seconds(4)).max_count(40);
    let connecting = connecting(network.client().retry(config));
    let mut waits = Vec::new();
    let mut last = Instant::now();
    for _ in 0..=40 {
        let dial = network.dialed().await;
        waits.push((dial.at - last).as_secs_f64());
        last = dial.at;
        dial.refuse();
    }
    connecting.await.expect("it does not panic").expect_err("nobody listens");
    for (index, limit) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 4.0)] {
        assert!(waits[index] <= limit, "{waits:?}");
    }
    let (short, long): (Vec<f64>, Vec<f64>) = waits[3..].iter().partition(|wait| **wait < 2.0);
    assert!(short.len() > 5 && long.len() > 5, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn only_a_stable_connection_lets_the_waits_begin_anew() {
    let mut network = Network::default();
    let begin = Instant::now();
    let client = connecting(network.client().retry(doubling()));
    // Each lives for so long.
    for (second, life) in [(0, 0), (1, 9), (12, 9), (25, 10), (36, 0), (38, 0)] {
        let dial = network.dialed().await;
        assert_eq!(dial.at - begin, seconds(second));
        let mut peer = dial.accept().await;
        peer.upgrade("").await;
        tokio::time::sleep(seconds(life)).await;
        drop(peer);
    }
    drop(client.await.expect("it does not panic").expect("it was accepted"));
}

/// Every way in which an attempt can end before the connection is open, and whether there is another one.
#[tokio::test(start_paused = true)]
async fn what_is_worth_another_try_is_tried_again() {
    let table = [
        ("", true),
        ("HTTP/1.1 101 Switching Pro", true),
        ("HTTP/1.1 429 Too Many Requests\r\n\r\n", true),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", true),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", true),
        ("HTTP/1.1 504 Gateway Timeout\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\n\r\n", false),
        ("HTTP/1.1 301 Moved Permanently\r\nLocation: /\r\n\r\n", false),
        ("HTTP/1.1 400 Bad Request\r\n\r\n", false),
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", false),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", false),
        ("HTTP/1.1 404 Not Found\r\n\r\n", false),
        ("HTTP/1.1 426 Upgrade Required\r\n\r\n", false),
        ("HTTP/1.1 500 Internal Server Error\r\n\r\n", false),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", false),
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n", false),
    ];
    for (response, is_tried_again) in table {
        let mut network = Network::default();
        let begin = Instant::now();
        let connecting = connecting(network.client().retry(doubling()));
        let mut peer = network.dialed().await.accept().await;
        peer.send(response).await;
        drop(peer);
        if is_tried_again {
            let dial = network.dialed().await;
            assert_eq!(dial.at - begin, seconds(1), "{response:?}");
            let mut peer = dial.accept().await;
            peer.upgrade("").await;
            drop(connecting.await.expect("it does not panic").expect("it was accepted"));
        } else {
            connecting.await.expect("it does not panic").expect_err(response);
            assert!(network.is_quiet(), "{response:?}");
            assert_eq!(begin.elapsed(), Duration::ZERO, "{response:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_says_how_long_to_wait() {
    let table = [("7", 7), ("1", 2), ("soon", 2), ("86400", 300), ("Wed, 21 Oct 2015 07:28:00 GMT", 2)];
    for (retry_after, wait) in table {
        let mut network = Network::default();
        let begin = Instant::now();
        let connecting = connecting(network.client().retry(doubling().interval(seconds(2))));
        let mut peer = network.dialed().await.accept().await;
        peer.send(format!("HTTP/1.1 503 Service Unavailable\r\nRetry-After: {retry_after}\r\n\r\n")).await;
        assert_eq!(network.dialed().await.at - begin, seconds(wait), "{retry_after}");
        connecting.abort();
    }
    let mut network = Network::default();
    let connecting = connecting(network.client());
    let mut peer = network.dialed().await.accept().await;
    peer.send("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\n\r\n").await;
    let refused = connecting.await.expect("it does not panic");
    let Err(Error::Connect(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error.response().expect("there is one").headers()["retry-after"], "7");
}

#[tokio::test(start_paused = true)]
async fn silence_ends_an_attempt() {
    let mut network = Network::default();
    let begin = Instant::now();
    let connecting = connecting(network.client().handshake_timeout(seconds(5)).retry(doubling()));
    // Nobody takes the connection, then nobody answers, then half of the answer is all that comes.
    let unanswered = network.dialed().await;
    let dial = network.dialed().await;
    assert_eq!(dial.at - begin, seconds(6));
    let silent = dial.accept().await;
    let dial = network.dialed().await;
    assert_eq!(dial.at - begin, seconds(13));
    let mut half = dial.accept().await;
    half.send("HTTP/1.1 101 Switching Protocols\r\n").await;
    let dial = network.dialed().await;
    assert_eq!(dial.at - begin, seconds(22));
    connecting.abort();
    drop((unanswered, silent, half));
}

/// Every way in which the server ends a connection that is open, and whether there is another one.
#[tokio::test(start_paused = true)]
async fn what_a_server_means_is_final() {
    let table: [(Vec<u8>, Option<CloseCode>); 14] = [
        (frame(CLOSE, close_payload(1001, "bye")), None),
        (frame(CLOSE, close_payload(1012, "")), None),
        (frame(CLOSE, close_payload(1013, "")), None),
        (Vec::new(), None),
        (frame(TEXT, "cut off")[..4].to_vec(), None),
        (frame(CLOSE, close_payload(1000, "")), Some(CloseCode::NORMAL)),
        (frame(CLOSE, close_payload(1002, "")), Some(CloseCode::PROTOCOL_ERROR)),
        (frame(CLOSE, close_payload(1003, "")), Some(CloseCode::UNSUPPORTED_DATA)),
        (frame(CLOSE, close_payload(1008, "")), Some(CloseCode::POLICY_VIOLATION)),
        (frame(CLOSE, close_payload(1011, "")), Some(CloseCode::INTERNAL_ERROR)),
        (frame(CLOSE, close_payload(4000, "")), Some(CloseFrame::new(4000, "").expect("it may be sent").code())),
        (frame(CLOSE, ""), Some(CloseCode::NO_STATUS)),
        (frame(TEXT, b"\xFF"), Some(CloseCode::ABNORMAL)),
        (b"\x83\x00".to_vec(), Some(CloseCode::ABNORMAL)),
    ];
    for (bytes, end) in table {
        let (mut network, diary) = (Network::default(), Diary::default());
        let connecting = connecting(network.client().retry(diary.listen(doubling())));
        let mut peer = network.upgraded().await;
        let client = connecting.await.expect("it does not panic").expect("it was accepted");
        peer.send(&bytes).await;
        if bytes.first() == Some(&CLOSE) {
            assert_eq!(peer.frame().await.expect("an answer").first, CLOSE);
        }
        let lost = Instant::now();
        if let Some(code) = end {
            if code == CloseCode::ABNORMAL {
                assert!(matches!(client.read().await, Err(Error::Protocol(_))), "{bytes:?}");
            }
            ends(&client, code).await;
            assert!(network.is_quiet(), "{bytes:?}");
            assert_eq!(diary.lines().last().expect("an event"), "not connecting again");
        } else {
            drop(peer);
            let dial = network.dialed().await;
            assert_eq!(dial.at - lost, seconds(1), "{bytes:?}");
            let mut peer = dial.accept().await;
            peer.upgrade("").await;
            peer.send_frame(TEXT, "again").await;
            assert_eq!(client.read_text().await.expect("it is open").as_deref(), Some("again"), "{bytes:?}");
            assert!(client.is_open());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_falls_silent_is_noticed() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let connecting = connecting(network.client().retry(diary.listen(doubling())));
    let mut peer = network.upgraded().await;
    let begin = Instant::now();
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    // The defaults of a client that connects again: pings after 30 s, and waits for 20 s.
    let dial = network.dialed().await;
    assert_eq!(dial.at - begin, seconds(30 + 20 + 1));
    peer.expects(PING, "").await;
    assert_eq!(diary.lines()[2], "connection lost: timed out");
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_final_is_told_to_whoever_reads() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let connecting = connecting(network.client().retry(diary.listen(doubling())));
    let mut peer = network.upgraded().await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    peer.send_frame(TEXT, "the last").await;
    drop(peer);
    let mut peer = network.dialed().await.accept().await;
    peer.send("HTTP/1.1 403 Forbidden\r\n\r\n").await;
    assert_eq!(client.read_text().await.expect("it came before").as_deref(), Some("the last"));
    let error = client.read().await.expect_err("the client is not let in");
    assert!(
        matches!(&error, Error::Connect(ConnectError::Refused { response }) if response.status() == 403),
        "{error:?}"
    );
    ends(&client, CloseCode::ABNORMAL).await;
    assert_eq!(
        diary.lines()[2..],
        [
            "connection lost: unexpected end of file",
            "connecting again in 1.0 s",
            "connecting, attempt 2",
            "could not connect: server refused the connection with status 403 Forbidden",
            "not connecting again"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_closed_does_not_connect_again() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let connecting = connecting(network.client().retry(diary.listen(doubling())));
    let mut peer = network.upgraded().await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    let closing = async {
        client.write_text("before").await.expect("it is open");
        client.close(CloseFrame::normal()).await.expect("the server answers");
    };
    let answering = async {
        peer.expects(TEXT, "before").await;
        peer.expects(CLOSE, close_payload(1000, "")).await;
        // It would be worth another try if the server had closed first.
        peer.send_frame(CLOSE, close_payload(1001, "")).await;
    };
    tokio::join!(closing, answering);
    ends(&client, CloseCode::GOING_AWAY).await;
    assert!(network.is_quiet());
    assert_eq!(diary.lines()[2..], ["connection closed, server answered 1001"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_closed_between_two_connections_gives_up() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let connecting = connecting(network.client().retry(diary.listen(doubling())));
    drop(network.upgraded().await);
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    // It waits before it connects again.
    while diary.lines().last().is_none_or(|line| line != "connecting again in 1.0 s") {
        tokio::task::yield_now().await;
    }
    client.write_text("never sent").await.expect("it waits for the next connection");
    let error = client.close(CloseFrame::normal()).await.expect_err("there is nobody to tell");
    assert!(matches!(&error, Error::Io(error) if error.kind() == io::ErrorKind::NotConnected), "{error:?}");
    let events = diary.take();
    let [websocket::ClientEvent::GaveUp { unsent }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(unsent[..], [Message::text("never sent")]);
    assert!(network.is_quiet());
    client.closed().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_dropped_does_not_connect_again() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let connecting = connecting(network.client().retry(diary.listen(doubling())));
    drop(network.upgraded().await);
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    let second = network.dialed().await;
    drop(client);
    while diary.lines().last().is_none_or(|line| line != "not connecting again") {
        tokio::task::yield_now().await;
    }
    assert!(network.is_quiet());
    drop(second);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_of_the_connection_is_that_of_the_new_one() {
    let mut network = Network::default();
    let connecting = connecting(network.client().subprotocols(["a", "b"]).retry(doubling()));
    let mut peer = network.dialed().await.accept().await;
    peer.upgrade("Sec-WebSocket-Protocol: a\r\nX-Node: 1\r\n").await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    let first = client.connection_id();
    assert_eq!(client.subprotocol().as_deref(), Some("a"));
    client.set_attribute(42);
    drop(peer);
    let mut peer = network.dialed().await.accept().await;
    assert!(!client.is_open());
    peer.upgrade("Sec-WebSocket-Protocol: b\r\nX-Node: 2\r\n").await;
    peer.send_frame(TEXT, "welcome").await;
    client.read().await.expect("it is open");
    assert!(client.is_open());
    assert_ne!(client.connection_id(), first);
    assert_eq!(client.subprotocol().as_deref(), Some("b"));
    assert_eq!(client.response().headers()["x-node"], "2");
    assert_eq!(client.attribute(), Some(42));
}

#[test]
fn a_cause_says_whether_it_is_worth_another_try() {
    let table = [
        (LossCause::Closed(CloseCode::GOING_AWAY, String::new()), true),
        (LossCause::Closed(CloseCode::NORMAL, String::new()), false),
        (LossCause::Broken(Error::Io(io::ErrorKind::ConnectionReset.into())), true),
        (LossCause::Broken(Error::CloseTimeout), false),
    ];
    for (cause, is_transient) in table {
        assert_eq!(cause.is_transient(), is_transient, "{cause}");
    }
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let new = RetryConfig::new;
    let table = [
        (new().interval(Duration::ZERO), "retry.interval"),
        (new().max_wait_interval(Duration::ZERO), "retry.max_wait_interval"),
        (new().confirm_interval(Duration::ZERO), "retry.confirm_interval"),
        (new().back_off_factor(0.9), "retry.back_off_factor"),
        (new().back_off_factor(f64::NAN), "retry.back_off_factor"),
        (new().back_off_factor(f64::INFINITY), "retry.back_off_factor"),
        (new().max_queue_size(0), "retry.max_queue_size"),
    ];
    for (config, expected) in table {
        let error = Network::default().client().retry(config).connect().await.expect_err(expected);
        assert!(error.to_string().starts_with(&format!("invalid `{expected}` of the client")), "{error}");
    }
}
