//! What a client that connects again has written when its connection is lost: nothing is lost without being told, and nothing is sent
//! twice without being asked for.

use std::time::Duration;

use tests::network::{Diary, Network};
use tests::raw::{BINARY, CLOSE, Frame, PING, PONG, TEXT, close_payload};
use tests::raw_server::RawPeer;
use tokio::io::{AsyncReadExt, DuplexStream};
use tokio::time::{Instant, timeout};
use websocket::{Client, ClientEvent, CloseFrame, Error, Message, Prepared, RetryConfig};

const SECOND: Duration = Duration::from_secs(1);

async fn connect(network: &mut Network, config: RetryConfig) -> (Client, RawPeer<DuplexStream>) {
    let connecting = tokio::spawn(network.client().retry(config.jitter(false)).connect());
    let peer = network.upgraded().await;
    (connecting.await.expect("it does not panic").expect("it was accepted"), peer)
}

/// The messages of which a client does not know whether they have arrived.
fn in_doubt(diary: &Diary) -> Vec<String> {
    let lost = diary.take().into_iter().find_map(|event| match event {
        ClientEvent::Lost { in_doubt, .. } => Some(in_doubt),
        _ => None,
    });
    texts(lost.expect("the connection was lost"))
}

fn texts(messages: Vec<Message>) -> Vec<String> {
    messages.into_iter().map(|message| message.as_text().expect("a text message").to_owned()).collect()
}

/// The text messages that come within a while, pings answered or not.
async fn hears(peer: &mut RawPeer<DuplexStream>, count: usize, answers_pings: bool) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        let Frame { first, payload } = peer.frame().await.expect("the client stays");
        match first {
            TEXT => texts.push(String::from_utf8(payload).expect("it is text")),
            PING if answers_pings => peer.send_frame(PONG, payload).await,
            PING => {}
            _ => panic!("{first}"),
        }
    }
    texts
}

/// A message of which about four fit into the network.
fn message(number: usize) -> String {
    format!("{number:04}{}", "x".repeat(996))
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_goes_out_on_the_next_connection() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let (client, peer) = connect(&mut network, diary.listen(RetryConfig::new())).await;
    drop(peer);
    let dial = network.dialed().await;
    client.write_text("text").await.expect("it waits");
    client.write_binary("binary").await.expect("it waits");
    client.write_message(&7).await.expect("it waits");
    client.write_prepared(&Prepared::text("prepared")).await.expect("it waits");
    client.try_write_text("last").expect("there is room");
    assert!(matches!(client.ping("now or never").await, Err(Error::Closed)));
    let mut peer = dial.accept().await;
    peer.upgrade("").await;
    for (first, payload) in [(TEXT, "text"), (BINARY, "binary"), (TEXT, "7"), (TEXT, "prepared"), (TEXT, "last")] {
        peer.expects(first, payload).await;
    }
    assert!(in_doubt(&diary).is_empty());
}

/// The network holds some of the messages, of which the server reads some; the client waits with the rest.
#[tokio::test(start_paused = true)]
async fn every_message_arrives_waits_or_is_in_doubt() {
    const COUNT: usize = 100;
    for (read, resend) in
        [(0, false), (1, false), (7, false), (50, false), (COUNT, false), (0, true), (7, true), (COUNT, true)]
    {
        let (mut network, diary) = (Network::default(), Diary::default());
        let config = RetryConfig::new().resend(resend);
        let (client, mut peer) = connect(&mut network, diary.listen(config)).await;
        for number in 0..COUNT {
            client.write_text(message(number)).await.expect("it is kept");
        }
        let first = hears(&mut peer, read, false).await;
        drop(peer);
        let mut peer = network.upgraded().await;
        client.write_text("end").await.expect("it is open");
        let mut second = Vec::new();
        while second.last().is_none_or(|text| text != "end") {
            second.append(&mut hears(&mut peer, 1, true).await);
        }
        second.pop();
        let all: Vec<String> = (0..COUNT).map(message).collect();
        assert_eq!(first, all[..read]);
        let in_doubt = in_doubt(&diary);
        if resend {
            assert!(in_doubt.is_empty());
            assert_eq!(second, all, "{read} were read");
        } else {
            assert!(in_doubt.len() >= read && in_doubt.len() <= read + 5, "{} in doubt of {read}", in_doubt.len());
            assert_eq!([in_doubt, second].concat(), all, "{read} were read");
        }
    }
}

/// The server closes while the client has much to send, and goes on reading for as long as something comes.
#[tokio::test(start_paused = true)]
async fn nothing_arrives_twice_when_the_server_closes() {
    const COUNT: usize = 100;
    let (mut network, diary) = (Network::default(), Diary::default());
    let (client, mut peer) = connect(&mut network, diary.listen(RetryConfig::new())).await;
    for number in 0..COUNT {
        client.write_text(message(number)).await.expect("it is kept");
    }
    let mut first = hears(&mut peer, 7, false).await;
    peer.send_frame(CLOSE, close_payload(1001, "")).await;
    while client.is_open() {
        tokio::task::yield_now().await;
    }
    let mut bytes = Vec::new();
    while let Ok(1..) = peer.stream().read_buf(&mut bytes).await {}
    let mut peer = network.upgraded().await;
    let second = hears(&mut peer, COUNT - in_doubt(&diary).len(), true).await;
    // What came after the close frame are frames of the same sizes; the last may be cut off.
    let more = bytes.len().div_ceil(message(0).len());
    first.extend((7..7 + more.min(5)).map(message));
    assert!(more <= 5, "{more} messages came after the close frame");
    assert!(second.iter().all(|text| !first.contains(text)), "{second:?} are not new");
}

#[tokio::test(start_paused = true)]
async fn a_pong_says_what_has_arrived() {
    for resend in [false, true] {
        let (mut network, diary) = (Network::default(), Diary::default());
        let config = RetryConfig::new().resend(resend).confirm_interval(3 * SECOND);
        let (client, mut peer) = connect(&mut network, diary.listen(config)).await;
        let begin = Instant::now();
        client.write_text("one").await.expect("it is open");
        client.write_text("two").await.expect("it is open");
        peer.expects(TEXT, "one").await;
        peer.expects(TEXT, "two").await;
        let Some(Frame { first: PING, payload }) = peer.frame().await else { panic!("a ping comes") };
        assert_eq!(begin.elapsed(), 3 * SECOND);
        client.write_text("three").await.expect("it is open");
        peer.expects(TEXT, "three").await;
        peer.send_frame(PONG, "others'!").await;
        peer.send_frame(PONG, &payload).await;
        // Its own ping comes, which is not answered.
        assert_eq!(peer.frame().await.expect("a ping comes").first, PING);
        assert_eq!(begin.elapsed(), 6 * SECOND);
        drop(peer);
        let mut peer = network.upgraded().await;
        client.write_text("end").await.expect("it is open");
        let second = hears(&mut peer, if resend { 2 } else { 1 }, true).await;
        assert_eq!(second, if resend { vec!["three", "end"] } else { vec!["end"] });
        assert_eq!(in_doubt(&diary), if resend { vec![] } else { vec!["three"] });
    }
}

#[tokio::test(start_paused = true)]
async fn the_pong_to_another_ping_says_nothing() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let (client, mut peer) = connect(&mut network, diary.listen(RetryConfig::new())).await;
    client.write_text("one").await.expect("it is open");
    peer.expects(TEXT, "one").await;
    let Some(Frame { first: PING, payload }) = peer.frame().await else { panic!("a ping comes") };
    let others: Vec<u8> = payload.iter().map(|byte| !byte).collect();
    peer.send_frame(PONG, others).await;
    drop(peer);
    drop(network.dialed().await);
    assert_eq!(in_doubt(&diary), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_now_and_then_is_asked_about_at_once() {
    let mut network = Network::default();
    let (client, mut peer) = connect(&mut network, RetryConfig::new().confirm_interval(3 * SECOND)).await;
    for _ in 0..3 {
        tokio::time::sleep(4 * SECOND).await;
        let begin = Instant::now();
        client.write_text("tick").await.expect("it is open");
        peer.expects(TEXT, "tick").await;
        let Some(Frame { first: PING, payload }) = peer.frame().await else { panic!("a ping comes") };
        assert_eq!(begin.elapsed(), Duration::ZERO);
        peer.send_frame(PONG, payload).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_arrived_is_forgotten() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let (client, mut peer) = connect(&mut network, diary.listen(RetryConfig::new())).await;
    client.write_text("one").await.expect("it is open");
    peer.expects(TEXT, "one").await;
    let Some(Frame { first: PING, payload }) = peer.frame().await else { panic!("a ping comes") };
    peer.send_frame(PONG, payload).await;
    // Nothing is there to be asked about, for as long as the server is not silent for too long.
    let silence = timeout(29 * SECOND, peer.frame()).await;
    silence.expect_err("nobody pings");
    drop(peer);
    drop(network.dialed().await);
    assert!(in_doubt(&diary).is_empty());
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn writers_wait_while_the_queue_is_full() {
    let mut network = Network::default();
    let config = RetryConfig::new().max_queue_size(5000).confirm_interval(60 * SECOND);
    let (client, mut peer) = connect(&mut network, config).await;
    let mut count = 0;
    while client.try_write_text(message(count)).is_ok() {
        count += 1;
    }
    assert_eq!(count, 4);
    assert!(matches!(client.try_write_text("x"), Ok(())), "there is room for a small one");
    let writing = client.write_text(message(count));
    let reading = async {
        assert_eq!(hears(&mut peer, 5, false).await.len(), 5);
        // Long before it is due: the queue is more than half full.
        let begin = Instant::now();
        let Some(Frame { first: PING, payload }) = peer.frame().await else { panic!("a ping comes") };
        assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
        peer.send_frame(PONG, payload).await;
        hears(&mut peer, 1, true).await
    };
    let (written, heard) = tokio::join!(writing, reading);
    written.expect("there is room again");
    assert_eq!(heard, [message(count)]);
}

/// A ping belongs to the connection, and needs no room in the queue.
#[tokio::test(start_paused = true)]
async fn a_ping_waits_for_the_connection_alone() {
    let mut network = Network::default();
    let (client, mut peer) = connect(&mut network, RetryConfig::new()).await;
    for number in 0..100 {
        client.write_text(message(number)).await.expect("it is kept");
    }
    assert!(matches!(client.caller().try_write_text("full"), Err(Error::Full)));
    let pinging = client.ping("user's");
    let reading = async {
        loop {
            let frame = peer.frame().await.expect("the client stays");
            if frame == (Frame { first: PING, payload: b"user's".to_vec() }) {
                break;
            }
        }
    };
    let (pinged, ()) = tokio::join!(pinging, reading);
    pinged.expect("the server reads");
}

#[tokio::test(start_paused = true)]
async fn a_writer_waits_only_so_long() {
    let mut network = Network::default();
    let config = RetryConfig::new().max_queue_size(5000);
    let connecting = tokio::spawn(network.client().write_timeout(5 * SECOND).retry(config).connect());
    drop(network.upgraded().await);
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    let _undecided = network.dialed().await;
    for number in 0..4 {
        client.write_text(message(number)).await.expect("it waits");
    }
    let begin = Instant::now();
    assert!(matches!(client.write_text(message(4)).await, Err(Error::WriteTimeout)));
    assert_eq!(begin.elapsed(), 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_was_never_sent_is_told_at_the_end() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let (client, mut peer) = connect(&mut network, diary.listen(RetryConfig::new())).await;
    for number in 0..10 {
        client.write_text(message(number)).await.expect("it is kept");
    }
    peer.send_frame(CLOSE, close_payload(4000, "enough")).await;
    while client.is_open() {
        tokio::task::yield_now().await;
    }
    let read = hears(&mut peer, 3, false).await;
    // The client's own close frame is behind all that it has written; the server does not wait for it.
    drop(peer);
    client.closed().await;
    let events = diary.take();
    let (mut told, mut unsent) = (Vec::new(), None);
    for event in events {
        match event {
            ClientEvent::Lost { in_doubt, .. } => told.extend(texts(in_doubt)),
            ClientEvent::GaveUp { unsent: messages } => unsent = Some(texts(messages)),
            _ => {}
        }
    }
    assert!(told.starts_with(&read), "{told:?}");
    told.extend(unsent.expect("the client gave up"));
    assert_eq!(told, (0..10).map(message).collect::<Vec<_>>());
    assert!(network.is_quiet());
}

#[tokio::test(start_paused = true)]
async fn a_closing_handshake_says_that_everything_has_arrived() {
    let (mut network, diary) = (Network::default(), Diary::default());
    let (client, mut peer) = connect(&mut network, diary.listen(RetryConfig::new())).await;
    client.write_text("one").await.expect("it is open");
    let answering = async {
        peer.expects(TEXT, "one").await;
        peer.expects(CLOSE, close_payload(1000, "")).await;
        peer.send_frame(CLOSE, close_payload(1000, "")).await;
    };
    let (closed, ()) = tokio::join!(client.close(CloseFrame::normal()), answering);
    closed.expect("the server answers");
    client.closed().await;
    let events = diary.take();
    assert!(matches!(events.last(), Some(ClientEvent::Closed { .. })), "{events:?}");
    assert!(!events.iter().any(|event| matches!(event, ClientEvent::Lost { .. })), "{events:?}");
}
