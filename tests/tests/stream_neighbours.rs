//! Streams beside each other and beside what comes in: none waits for another one to end, and no message is mixed with any.

use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tests::{
    raw::{BINARY, CLOSE, FIN, Frame, LAST, MIDDLE, PING, PONG, RawClient, TEXT, close_payload, frame},
    server::serve,
};
use websocket::{Bytes, Caller, Error, Listener, Message, Prepared, Stream};

#[derive(Serialize)]
struct Tick {
    count: u32,
}

/// Streams as much as it is asked for.
#[derive(Default)]
struct Source;

#[websocket::service(path = "/source", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Source {
    /// Never ends, always has an element, and fills whatever it finds.
    #[remote]
    fn on_flood(&mut self) -> impl Stream<Item = &'static str> + use<> {
        stream::repeat("flood")
    }

    /// Never ends, always has an element, and sends nothing.
    #[remote]
    fn on_nothing(&mut self) -> impl Stream<Item = Option<String>> + use<> {
        stream::repeat(None)
    }

    #[remote]
    fn on_ticks(&mut self) -> impl Stream<Item = Tick> + use<> {
        stream::iter(0..TICKS).map(|count| Tick { count })
    }

    /// Each of these alone is more than the connection takes at once.
    #[remote]
    fn on_large(&mut self) -> impl Stream<Item = Message> + use<> {
        stream::iter(0..LARGE).map(|count| Message::binary(vec![count; LENGTH]))
    }

    #[remote]
    fn on_shared(&mut self) -> impl Stream<Item = Prepared> + use<> {
        let prepared = Prepared::binary(vec![LARGE; LENGTH]);
        stream::iter(0..LARGE).map(move |_| prepared.clone())
    }

    /// Writes by itself what it does not return, and waits for room as everybody does.
    #[remote]
    fn on_writer(&mut self, caller: &Caller) -> impl Stream<Item = Result<(), Error>> + use<> {
        stream::unfold(
            caller.clone(),
            |caller| async move { Some((caller.write_binary(vec![0; LENGTH]).await, caller)) },
        )
        .take(usize::from(LARGE))
    }

    /// Never ends, and never has an element.
    #[remote]
    fn on_silence(&mut self) -> impl Stream<Item = String> + use<> {
        stream::pending()
    }

    /// Panics as soon as it is asked for an element.
    #[remote]
    fn on_panic(&mut self) -> impl Stream<Item = String> + use<> {
        stream::once(async { panic!("a stream panics on purpose") })
    }

    /// Writes as much as `on_large`, in a callback that waits for room.
    #[remote]
    async fn on_write(&mut self, caller: &Caller) -> Result<(), Error> {
        for count in 0..LARGE {
            caller.write_binary(vec![count; LENGTH]).await?;
        }
        Ok(())
    }

    /// Waits for the end of the connection.
    #[remote]
    async fn on_wait(&mut self, caller: &Caller) {
        caller.closed().await;
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }

    #[remote]
    fn on_binary_message(&mut self, data: Bytes) -> Bytes {
        data
    }
}

/// Without any error callback.
#[derive(Default)]
struct Strict;

#[websocket::service(path = "/strict")]
impl Strict {
    #[remote]
    fn on_text_message(&mut self, _text: &str) -> impl Stream<Item = ()> + use<> {
        stream::pending()
    }
}

/// Streams nothing, for ever.
#[derive(Default)]
struct Idle;

#[websocket::service(path = "/idle", idle_timeout = 0.02)]
impl Idle {
    #[remote]
    fn on_open(&mut self) -> impl Stream<Item = ()> + use<> {
        stream::repeat(())
    }
}

async fn client() -> RawClient {
    RawClient::upgrade(serve(Listener::new(0).service::<Source>()).await, "/source").await
}

async fn ask(client: &mut RawClient, name: &str, id: &str) {
    client.send_frame(TEXT, format!(r#"{{"event":"{name}","id":{id}}}"#)).await;
}

/// Reads until a frame comes that is no part of the flood.
async fn beside_the_flood(client: &mut RawClient) -> Frame {
    loop {
        let frame = client.frame().await.expect("the connection lives on");
        if frame.payload != b"flood" {
            return frame;
        }
    }
}

#[tokio::test]
async fn a_fast_stream_does_not_starve_a_slower_one() {
    for fast in ["flood", "nothing"] {
        let mut client = client().await;
        ask(&mut client, fast, "0").await;
        ask(&mut client, fast, "0").await;
        ask(&mut client, "ticks", "1").await;
        for count in 0..TICKS {
            let frame = beside_the_flood(&mut client).await;
            assert_eq!(String::from_utf8_lossy(&frame.payload), format!(r#"{{"count":{count},"id":1}}"#));
        }
        client.send_frame(CLOSE, close_payload(1000, "")).await;
        assert_eq!(beside_the_flood(&mut client).await.payload, close_payload(1000, ""));
        client.ends().await;
    }
}

#[tokio::test]
async fn streams_of_one_method_are_told_apart_by_the_field_of_their_requests() {
    let mut client = client().await;
    let ids = ["7", r#""7""#, r#"{"a":[null]}"#];
    for id in ids {
        ask(&mut client, "ticks", id).await;
    }
    let mut counts = [0; 3];
    while counts != [TICKS; 3] {
        let text = String::from_utf8(client.frame().await.expect("more to come").payload).expect("JSON is text");
        let of = |(index, count): (usize, &u32)| text == format!(r#"{{"count":{count},"id":{}}}"#, ids[index]);
        let index = counts.iter().enumerate().position(of);
        counts[index.unwrap_or_else(|| panic!("{text} is out of order, or of nobody: {counts:?}"))] += 1;
    }
}

#[tokio::test]
async fn a_fragmented_message_arrives_whole_beside_a_stream() {
    let mut client = client().await;
    ask(&mut client, "flood", "0").await;
    let (start, end) = "é".as_bytes().split_at(1);
    let fragments: [(u8, &[u8]); 6] =
        [(TEXT & !FIN, start), (MIDDLE, end), (PING, b"between"), (MIDDLE, b""), (MIDDLE, b"b"), (LAST, b"c")];
    let mut others = Vec::new();
    for (first, payload) in fragments {
        // The stream goes on while the rest of the message is not there.
        for _ in 0..2 {
            let frame = client.frame().await.expect("the connection lives on");
            others.extend((frame.payload != b"flood").then_some(frame));
        }
        client.send_frame(first, payload).await;
    }
    while others.len() < 2 {
        others.push(beside_the_flood(&mut client).await);
    }
    let others: Vec<_> = others.iter().map(|frame| (frame.first, &frame.payload[..])).collect();
    assert_eq!(others, [(PONG, &b"between"[..]), (TEXT, "ébc".as_bytes())]);
}

#[tokio::test]
async fn large_elements_are_never_mixed_with_other_messages() {
    let mut client = client().await;
    for name in ["large", "shared", "writer", "ticks", "write"] {
        ask(&mut client, name, "0").await;
    }
    client.send([frame(BINARY, "between"), frame(PING, "p")].concat()).await;
    let (mut large, mut small) = (0, Vec::new());
    let mut message: Option<Vec<u8>> = None;
    while large < 4 * usize::from(LARGE) || small.len() < usize::try_from(TICKS).expect("it fits") + 2 {
        let Frame { first, payload } = client.frame().await.expect("the connection lives on");
        match (first, message.take()) {
            (PONG, open) => {
                message = open;
                small.push(payload);
            }
            (TEXT | BINARY, None) => small.push(payload),
            (0x02, None) => message = Some(payload),
            (MIDDLE, Some(beginning)) => message = Some([beginning, payload].concat()),
            (LAST, Some(beginning)) => {
                let whole = [beginning, payload].concat();
                assert_eq!(whole, vec![whole[0]; LENGTH], "of one message alone");
                large += 1;
            }
            (first, open) => panic!("{first:x} does not fit, a message is open: {}", open.is_some()),
        }
    }
    assert!(small.contains(&b"between".to_vec()) && small.contains(&b"p".to_vec()));
}

#[tokio::test]
async fn a_panic_of_a_stream_beside_a_callback_that_waits_closes_with_1011() {
    let mut client = client().await;
    for name in ["silence", "panic", "wait"] {
        ask(&mut client, name, "0").await;
    }
    client.is_closed_with(1011).await;
}

#[tokio::test]
async fn a_stream_that_sends_nothing_does_not_keep_its_connection_from_being_idle() {
    let address = serve(Listener::new(0).service::<Idle>()).await;
    let mut client = RawClient::upgrade(address, "/idle").await;
    assert_eq!(client.closing().await.0, 1001);
}

#[tokio::test]
async fn a_stream_too_many_closes_with_1011_if_nobody_handles_it() {
    let address = serve(Listener::new(0).max_streams(1).service::<Strict>()).await;
    let mut client = RawClient::upgrade(address, "/strict").await;
    client.send([frame(TEXT, "first"), frame(PING, "one is fine")].concat()).await;
    client.expects(PONG, "one is fine").await;
    client.send_frame(TEXT, "second").await;
    assert_eq!(client.closing().await, (1011, String::new()));
    client.send_frame(CLOSE, close_payload(1011, "")).await;
    client.ends().await;
}

const TICKS: u32 = 1000;
const LARGE: u8 = 5;
/// Bytes.
const LENGTH: usize = 300_000;
