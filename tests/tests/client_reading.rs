//! What a client reads and writes, in every way that there is.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tests::network::Network;
use tests::raw::{BINARY, CLOSE, PONG, TEXT, close_payload};
use tests::raw_server::RawPeer;
use tests::within;
use tokio::io::DuplexStream;
use tokio::time::{Instant, timeout};
use websocket::{
    BindingError, Client, ClientBuilder, ClientReader, ClientWriter, CloseCode, Error, Message, RetryConfig,
    Subscription,
};

const SECOND: Duration = Duration::from_secs(1);

async fn connect_with(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> (Client, RawPeer<DuplexStream>) {
    let mut network = Network::default();
    let connecting = tokio::spawn(configure(network.client()).connect());
    let peer = network.upgraded().await;
    (connecting.await.expect("it does not panic").expect("it was accepted"), peer)
}

async fn connect() -> (Client, RawPeer<DuplexStream>) {
    connect_with(|builder| builder).await
}

#[derive(Debug, PartialEq, Deserialize)]
struct Tick {
    pair: String,
    price: f64,
}

#[tokio::test(start_paused = true)]
async fn a_message_is_read_as_what_is_asked_for() {
    let (client, mut peer) = connect().await;
    peer.send_frame(TEXT, "hello").await;
    assert_eq!(client.read_text().await.expect("it is text").as_deref(), Some("hello"));
    peer.send_frame(BINARY, b"\x00\xFF").await;
    assert_eq!(client.read_binary().await.expect("it is binary").as_deref(), Some(&b"\x00\xFF"[..]));
    for first in [TEXT, BINARY] {
        peer.send_frame(first, r#"{"pair":"XBT/USD","price":1.5}"#).await;
        let tick: Option<Tick> = client.read_message().await.expect("it is a tick");
        assert_eq!(tick, Some(Tick { pair: "XBT/USD".to_owned(), price: 1.5 }));
    }
    peer.send_frame(CLOSE, close_payload(1000, "")).await;
    assert_eq!(client.read_text().await.expect("it is no error"), None);
    assert_eq!(client.read_binary().await.expect("it is no error"), None);
    assert_eq!(client.read_message::<Tick>().await.expect("it is no error"), None);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_the_other_kind_is_not_lost() {
    let (client, mut peer) = connect().await;
    peer.send_frame(BINARY, "bytes").await;
    let error = client.read_text().await.expect_err("it is binary");
    assert_eq!(error.to_string(), "message is of the other kind: binary");
    let Error::UnexpectedKind { message } = error else { panic!("{error:?}") };
    assert_eq!(message, Message::binary(&b"bytes"[..]));
    peer.send_frame(TEXT, "text").await;
    let error = client.read_binary().await.expect_err("it is text");
    assert!(matches!(&error, Error::UnexpectedKind { message } if *message == Message::text("text")), "{error:?}");
    assert!(client.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_message_of_another_type_says_what_is_wrong() {
    let (client, mut peer) = connect().await;
    peer.send_frame(TEXT, r#"{"pair":"XBT/USD","price":"much"}"#).await;
    let error = client.read_message::<Tick>().await.expect_err("the price is no number");
    let Error::Binding(BindingError::Json { path, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(path.as_deref(), Some("price"));
    assert!(client.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_reader_waits_only_so_long() {
    let (mut client, mut peer) = connect_with(|builder| builder.read_timeout(5 * SECOND)).await;
    let begin = Instant::now();
    assert!(matches!(client.read().await, Err(Error::ReadTimeout)));
    assert_eq!(begin.elapsed(), 5 * SECOND);
    assert!(matches!(client.next().await, Some(Err(Error::ReadTimeout))));
    assert_eq!(begin.elapsed(), 10 * SECOND);
    peer.send_frame(TEXT, "late").await;
    assert!(matches!(client.next().await, Some(Ok(message)) if message == Message::text("late")));
    // Each wait is counted for itself.
    assert!(matches!(client.next().await, Some(Err(Error::ReadTimeout))));
    assert_eq!(begin.elapsed(), 15 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_a_reader_waits() {
    let (client, _peer) = connect().await;
    timeout(3600 * SECOND, client.read()).await.expect_err("nothing comes");
}

#[tokio::test(start_paused = true)]
async fn a_writer_waits_only_so_long() {
    let (client, mut peer) = connect_with(|builder| builder.write_timeout(5 * SECOND).high_water_mark(10_000)).await;
    let message = "x".repeat(5000);
    let mut count = 0;
    while client.try_write_text(&message).is_ok() {
        count += 1;
    }
    // What the network holds, and the mark.
    assert!((2..=4).contains(&count), "{count}");
    let begin = Instant::now();
    assert!(matches!(client.write_text("more").await, Err(Error::WriteTimeout)));
    assert_eq!(begin.elapsed(), 5 * SECOND);
    for _ in 0..count {
        peer.expects(TEXT, &message).await;
    }
    client.write_text("later").await.expect("there is room");
    peer.expects(TEXT, "later").await;
}

#[tokio::test(start_paused = true)]
async fn each_message_goes_to_one_of_those_who_read() {
    let (client, mut peer) = connect().await;
    let reading = async {
        let readers = (0..10).map(|_| async {
            let mut heard = Vec::new();
            while heard.len() < 10 {
                heard.push(client.read_text().await.expect("it is open").expect("it has not ended"));
            }
            heard
        });
        futures_util::future::join_all(readers).await.concat()
    };
    let sending = async {
        for number in 0..100 {
            peer.send_frame(TEXT, format!("{number:03}")).await;
        }
    };
    let (heard, ()) = tokio::join!(reading, sending);
    assert_eq!(heard.len(), 100);
    assert_eq!(heard.into_iter().collect::<BTreeSet<_>>().len(), 100);
}

#[test]
fn clients_can_be_shared_and_sent() {
    fn is_shared<T: Send + Sync + Unpin>() {}
    is_shared::<Client>();
    is_shared::<ClientReader>();
    is_shared::<ClientWriter>();
    is_shared::<Subscription<Tick>>();
    is_shared::<RetryConfig>();
    is_shared::<ClientBuilder>();
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_given_up_takes_nothing() {
    let (client, mut peer) = connect().await;
    for _ in 0..10 {
        timeout(SECOND, client.read()).await.expect_err("nothing comes");
    }
    peer.send_frame(TEXT, "kept").await;
    assert_eq!(client.read_text().await.expect("it is open").as_deref(), Some("kept"));
}

#[tokio::test(start_paused = true)]
async fn a_client_is_a_stream_and_a_sink() {
    let (mut client, mut peer) = connect().await;
    client.send(Message::text("one")).await.expect("it is open");
    client.feed(Message::binary(&b"two"[..])).await.expect("it is open");
    SinkExt::flush(&mut client).await.expect("it is open");
    peer.expects(TEXT, "one").await;
    peer.expects(BINARY, "two").await;
    peer.send_frame(TEXT, "three").await;
    assert!(matches!(client.next().await, Some(Ok(message)) if message == Message::text("three")));
    let closing = SinkExt::close(&mut client);
    let answering = async {
        peer.expects(CLOSE, close_payload(1000, "")).await;
        peer.send_frame(CLOSE, close_payload(1000, "")).await;
    };
    tokio::join!(async { closing.await.expect("the server answers") }, answering);
    assert!(client.next().await.is_none());
    SinkExt::close(&mut client).await.expect("it is closed");
    client.send(Message::text("too late")).await.expect_err("it is closed");
}

/// More than there is room for at once.
#[tokio::test(start_paused = true)]
async fn a_sink_waits_for_room() {
    let (client, mut peer) = connect_with(|builder| builder.high_water_mark(1000)).await;
    let (_reader, mut writer) = client.split();
    let sending = async {
        let mut messages = futures_util::stream::iter(0..100).map(|number| Ok(Message::text(format!("{number:0999}"))));
        writer.send_all(&mut messages).await.expect("it is open");
    };
    let reading = async {
        for number in 0..100 {
            peer.expects(TEXT, format!("{number:0999}")).await;
        }
    };
    tokio::join!(sending, reading);
}

#[tokio::test(start_paused = true)]
async fn the_halves_work_in_two_tasks() {
    let (client, mut peer) = connect().await;
    let (mut reader, writer) = client.split();
    assert!(reader.is_half_of(&writer) && reader.is_half_of(&writer.clone()));
    let reading = tokio::spawn(async move {
        let mut heard = Vec::new();
        while let Some(message) = reader.next().await {
            heard.push(message.expect("the connection is not broken"));
        }
        (heard, reader.close_status().map(|(code, reason)| (code, reason.to_owned())))
    });
    let writing = tokio::spawn(async move {
        writer.write_text("from the writer").await.expect("it is open");
        writer
    });
    peer.expects(TEXT, "from the writer").await;
    peer.send_frame(TEXT, "to the reader").await;
    peer.send_frame(CLOSE, close_payload(1000, "done")).await;
    let (heard, status) = reading.await.expect("it does not panic");
    assert_eq!(heard, [Message::text("to the reader")]);
    assert_eq!(status, Some((CloseCode::NORMAL, "done".to_owned())));
    let writer = writing.await.expect("it does not panic");
    writer.closed().await;
    assert!(!writer.is_open());
}

#[tokio::test(start_paused = true)]
async fn one_half_keeps_the_connection() {
    let (client, mut peer) = connect().await;
    let (reader, writer) = client.split();
    drop(writer);
    peer.send_frame(TEXT, "still here").await;
    assert_eq!(reader.read_text().await.expect("it is open").as_deref(), Some("still here"));
    drop(reader);
    peer.expects(CLOSE, close_payload(1001, "")).await;

    let (client, mut peer) = connect().await;
    let (reader, writer) = client.split();
    drop(reader);
    // More than would wait for a reader.
    for _ in 0..100 {
        peer.send_frame(BINARY, vec![7; 3000]).await;
    }
    writer.write_text("still here").await.expect("it is open");
    peer.expects(TEXT, "still here").await;
    drop(writer);
    peer.expects(CLOSE, close_payload(1001, "")).await;
}

#[tokio::test(start_paused = true)]
async fn unread_messages_are_bounded() {
    for (limit, handed_over) in [(1000, 1), (10_000, 3)] {
        let (client, mut peer) = connect_with(|builder| builder.max_unread_size(limit)).await;
        let mut sent = 0;
        // On this clock the time is over when nobody can do anything.
        let sending = timeout(SECOND, async {
            loop {
                peer.send_frame(BINARY, vec![7; 3000]).await;
                sent += 1;
            }
        });
        sending.await.expect_err("the client takes everything, though nobody reads");
        // Beside those that wait to be read: one that waits behind them, 64 KiB that are read ahead, and what the network holds.
        assert!((handed_over + 20..handed_over + 28).contains(&sent), "{sent} were sent with {limit}");
        for _ in 0..sent {
            within("a message", client.read_binary()).await.expect("it is open");
        }
    }
}

/// Not only when somebody reads.
#[tokio::test(start_paused = true)]
async fn a_close_frame_is_answered_within_a_second() {
    let (client, mut peer) = connect().await;
    peer.send_frame(TEXT, "unread").await;
    peer.send_frame(CLOSE, close_payload(1000, "")).await;
    let begin = Instant::now();
    peer.expects(CLOSE, close_payload(1000, "")).await;
    assert_eq!(begin.elapsed(), SECOND);
    assert_eq!(client.read_text().await.expect("it came before").as_deref(), Some("unread"));
    assert_eq!(client.read().await.expect("it is no error"), None);

    let (_client, mut peer) = connect().await;
    peer.send_frame(CLOSE, close_payload(1000, "")).await;
    let begin = Instant::now();
    peer.expects(CLOSE, close_payload(1000, "")).await;
    assert_eq!(begin.elapsed(), Duration::ZERO, "there is nothing to be read");
}

#[tokio::test(start_paused = true)]
async fn a_close_frame_waits_for_answers_to_what_came_before() {
    let (client, mut peer) = connect().await;
    for number in 0..50 {
        peer.send_frame(TEXT, number.to_string()).await;
    }
    peer.send_frame(CLOSE, close_payload(1000, "")).await;
    let answering = async {
        while let Some(text) = client.read_text().await.expect("it is no error") {
            tokio::time::sleep(Duration::from_millis(900)).await;
            client.write_text(text).await.expect("our close frame waits for this");
        }
    };
    let hearing = async {
        for number in 0..50 {
            peer.expects(TEXT, number.to_string()).await;
        }
        peer.expects(CLOSE, close_payload(1000, "")).await;
    };
    tokio::join!(answering, hearing);
}

#[tokio::test(start_paused = true)]
async fn attributes_are_kept_by_type() {
    let (client, _peer) = connect().await;
    assert_eq!(client.set_attribute(1_u32), None);
    assert_eq!(client.set_attribute("text"), None);
    assert_eq!(client.set_attribute(2_u32), Some(1));
    assert_eq!(client.attribute::<u32>(), Some(2));
    assert_eq!(client.attribute::<u64>(), None);
    assert_eq!(client.remove_attribute::<u32>(), Some(2));
    assert_eq!(client.attribute::<u32>(), None);
    assert_eq!(client.attribute::<&str>(), Some("text"));
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_pinged_when_asked_for() {
    let configure = |builder: ClientBuilder| builder.ping_interval(10 * SECOND).pong_timeout(5 * SECOND);
    let (client, mut peer) = connect_with(configure).await;
    let begin = Instant::now();
    peer.expects(tests::raw::PING, "").await;
    assert_eq!(begin.elapsed(), 10 * SECOND);
    peer.send_frame(PONG, "").await;
    peer.expects(tests::raw::PING, "").await;
    assert_eq!(begin.elapsed(), 20 * SECOND);
    let error = client.read().await.expect_err("the server is gone");
    assert!(matches!(&error, Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut), "{error:?}");
    assert_eq!(begin.elapsed(), 25 * SECOND);
}
