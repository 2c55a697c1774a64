//! Requests and their answers, subscriptions, and everything else on one connection.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::event_table::is_listed;
use tests::log::Log;
use tests::network::Network;
use tests::raw::{CLOSE, Frame, PING, PONG, TEXT, close_payload};
use tests::raw_server::RawPeer;
use tests::server::serve;
use tokio::io::DuplexStream;
use tokio::time::{Instant, timeout};
use websocket::{Client, ClientBuilder, Error, Listener, RequestError, RetryConfig, Stream, Subscription};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Ask {
    event: String,
    number: u32,
}

fn ask(event: &str, number: u32) -> Ask {
    Ask { event: event.to_owned(), number }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Answer {
    number: u32,
}

async fn connect_with(
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (Client, RawPeer<DuplexStream>, Network) {
    let mut network = Network::default();
    let connecting = tokio::spawn(configure(network.client().dispatcher_stream_id("id")).connect());
    let peer = network.upgraded().await;
    (connecting.await.expect("it does not panic").expect("it was accepted"), peer, network)
}

async fn connect() -> (Client, RawPeer<DuplexStream>) {
    let (client, peer, _) = connect_with(|builder| builder).await;
    (client, peer)
}

/// The next request, as JSON; pings are answered.
async fn request(peer: &mut RawPeer<DuplexStream>) -> Value {
    loop {
        let Frame { first, payload } = peer.frame().await.expect("the client stays");
        match first {
            TEXT => return serde_json::from_slice(&payload).expect("it is JSON"),
            PING => peer.send_frame(PONG, payload).await,
            _ => panic!("{first}"),
        }
    }
}

async fn answer(peer: &mut RawPeer<DuplexStream>, id: &Value, number: u32) {
    peer.send_frame(TEXT, json!({ "number": number, "id": id }).to_string()).await;
}

fn failed<T: std::fmt::Debug>(result: websocket::Result<T>) -> RequestError {
    match result {
        Err(Error::Request(error)) => error,
        other => panic!("{other:?}"),
    }
}

/// Answers late, early, and in streams.
#[derive(Default)]
struct Market;

#[websocket::service(path = "/market", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Market {
    #[remote]
    fn on_double(&mut self, ask: Ask) -> Ask {
        Ask { number: ask.number * 2, ..ask }
    }

    #[remote]
    fn on_count(&mut self, ask: Ask) -> impl Stream<Item = Ask> + use<> {
        futures_util::stream::iter(0..).map(move |index| Ask { number: ask.number * 1_000_000 + index, ..ask.clone() })
    }
}

/// On one connection to a service: every answer reaches its asker, with others that are given up meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_subscriptions_go_side_by_side() {
    const REQUESTS: u32 = 64;
    const SUBSCRIPTIONS: u32 = 8;
    const ITEMS: u32 = 500;
    let address = serve(Listener::new(0).service::<Market>()).await;
    let builder = Client::builder(format!("ws://{address}/market")).dispatcher_stream_id("id");
    let client = tests::within("the connection", builder.connect()).await.expect("it is accepted");
    let asking = (0..REQUESTS).map(async |asker| {
        for round in 0..20 {
            let number = asker * 1000 + round;
            let asked = ask("double", number);
            if number % 3 == 0 {
                // Given up at once, or as soon as it has been sent.
                drop(timeout(Duration::from_micros(u64::from(number % 200)), client.request::<Ask>(&asked)).await);
            }
            let answer: Ask = client.request(&asked).await.expect("the market answers");
            assert_eq!(answer, ask("double", number * 2));
        }
    });
    let subscribing = (1..=SUBSCRIPTIONS).map(async |number| {
        let mut items: Subscription<Ask> = client.subscribe(&ask("count", number)).await.expect("it is open");
        for index in 0..ITEMS {
            let item = items.next().await.expect("the market goes on").expect("it is an item");
            assert_eq!(item.number, number * 1_000_000 + index);
        }
    });
    let all = async {
        tokio::join!(futures_util::future::join_all(asking), futures_util::future::join_all(subscribing));
    };
    tests::within("all answers", all).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_has_an_id_that_its_answer_has_too() {
    let (client, mut peer) = connect().await;
    let answering = async {
        let asked = request(&mut peer).await;
        assert_eq!((&asked["event"], &asked["number"]), (&json!("a"), &json!(1)));
        assert!(asked["id"].is_string(), "{asked}");
        answer(&mut peer, &asked["id"], 2).await;
    };
    let asked = ask("a", 1);
    let (answered, ()) = tokio::join!(client.request::<Answer>(&asked), answering);
    assert_eq!(answered.expect("it is an answer"), Answer { number: 2 });
}

#[tokio::test(start_paused = true)]
async fn answers_come_in_any_order() {
    let (client, mut peer) = connect().await;
    let asking = async {
        let client = &client;
        let requests: FuturesUnordered<_> = (0..64)
            .map(|number| async move {
                let answer: Answer = client.request(&ask("a", number)).await.expect("it is an answer");
                assert_eq!(answer, Answer { number });
            })
            .collect();
        assert_eq!(requests.count().await, 64);
    };
    let answering = async {
        let mut asked = Vec::new();
        for _ in 0..64 {
            asked.push(request(&mut peer).await);
        }
        let ids: HashMap<String, u64> =
            asked.iter().map(|asked| (asked["id"].to_string(), asked["number"].as_u64().expect("a number"))).collect();
        assert_eq!(ids.len(), 64);
        for asked in asked.iter().rev() {
            let number = asked["number"].as_u64().and_then(|number| u32::try_from(number).ok()).expect("a number");
            answer(&mut peer, &asked["id"], number).await;
        }
    };
    tokio::join!(asking, answering);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_read() {
    let (client, mut peer) = connect().await;
    let unasked = [
        r#"{"id":"7"}"#,
        r#"{"id":1}"#,
        r#"{"id":"00000000-1"}"#,
        r#"{"id":null}"#,
        "[]",
        "no JSON",
        r#"{"other":"1"}"#,
    ];
    let answering = async {
        let asked = request(&mut peer).await;
        for text in unasked {
            peer.send_frame(TEXT, text).await;
        }
        answer(&mut peer, &asked["id"], 2).await;
    };
    let asked = ask("a", 1);
    let (answered, ()) = tokio::join!(client.request::<Answer>(&asked), answering);
    answered.expect("it is an answer");
    for text in unasked {
        assert_eq!(client.read_text().await.expect("it is open").as_deref(), Some(text));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_comes_only_so_late() {
    let (log, _guard) = Log::listen();
    let (client, mut peer, _network) = connect_with(|builder| builder.request_timeout(5 * SECOND)).await;
    let begin = Instant::now();
    assert_eq!(failed(client.request::<Answer>(&ask("a", 1)).await), RequestError::Timeout);
    assert_eq!(begin.elapsed(), 5 * SECOND);
    let asked = request(&mut peer).await;
    answer(&mut peer, &asked["id"], 2).await;
    peer.send_frame(TEXT, "the next").await;
    assert_eq!(client.read_text().await.expect("it is open").as_deref(), Some("the next"));
    let late = log.entries().into_iter().find(|entry| entry.record.name == "answer came too late");
    is_listed(&late.expect("it is told").record);
}

#[tokio::test(start_paused = true)]
async fn the_default_is_a_minute() {
    let (client, _peer) = connect().await;
    let begin = Instant::now();
    assert_eq!(failed(client.request::<Answer>(&ask("a", 1)).await), RequestError::Timeout);
    assert_eq!(begin.elapsed(), 60 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_request_is_not_sent() {
    let (client, mut peer) = connect().await;
    assert_eq!(failed(client.request::<Answer>(&[1, 2]).await), RequestError::NotAnObject);
    assert_eq!(failed(client.request::<Answer>("text").await), RequestError::NotAnObject);
    let error = failed(client.request::<Answer>(&json!({ "id": 7 })).await);
    assert_eq!(error.to_string(), "request has a field `id` already, which is to carry its id");
    let unserializable: HashMap<(u8, u8), u8> = HashMap::from([((1, 2), 3)]);
    assert!(matches!(client.request::<Answer>(&unserializable).await, Err(Error::Serialize(_))));
    client.write_text("the next").await.expect("it is open");
    peer.expects(TEXT, "the next").await;
}

#[tokio::test(start_paused = true)]
async fn an_empty_request_has_an_id_alone() {
    let (client, mut peer) = connect().await;
    let answering = async {
        let asked = request(&mut peer).await;
        assert_eq!(asked.as_object().expect("an object").len(), 1);
        answer(&mut peer, &asked["id"], 2).await;
    };
    let empty = json!({});
    let (answered, ()) = tokio::join!(client.request::<Answer>(&empty), answering);
    answered.expect("it is an answer");
}

#[tokio::test(start_paused = true)]
async fn a_client_must_know_the_field() {
    let mut network = Network::default();
    let connecting = tokio::spawn(network.client().connect());
    let _peer = network.upgraded().await;
    let client = connecting.await.expect("it does not panic").expect("it was accepted");
    assert_eq!(failed(client.request::<Answer>(&ask("a", 1)).await), RequestError::NoField);
    assert_eq!(failed(client.subscribe::<Answer>(&ask("a", 1)).await), RequestError::NoField);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_type_says_what_is_wrong() {
    let (client, mut peer) = connect().await;
    let answering = async {
        let asked = request(&mut peer).await;
        peer.send_frame(TEXT, json!({ "number": "many", "id": asked["id"] }).to_string()).await;
    };
    let asked = ask("a", 1);
    let (answered, ()) = tokio::join!(client.request::<Answer>(&asked), answering);
    let error = answered.expect_err("it is no number");
    assert!(error.to_string().starts_with("data binding failed: number: "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn so_many_may_wait_at_once() {
    let (client, mut peer, _network) = connect_with(|builder| builder.max_requests(2)).await;
    let items: Subscription<Answer> = client.subscribe(&ask("a", 0)).await.expect("it is the first");
    let (first, second) = (ask("a", 1), ask("a", 2));
    let asking = async {
        let (first, second) = tokio::join!(client.request::<Answer>(&first), client.request::<Answer>(&second));
        first.expect("it is an answer");
        assert_eq!(failed(second), RequestError::TooMany { limit: 2 });
    };
    let answering = async {
        assert_eq!(request(&mut peer).await["number"], 0);
        let asked = request(&mut peer).await;
        answer(&mut peer, &asked["id"], 1).await;
    };
    tokio::join!(asking, answering);
    drop(items);
    // There is room for both again.
    let (_first, _second) =
        (client.subscribe::<Answer>(&first).await, client.subscribe::<Answer>(&second).await.expect("room"));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_hears_its_own() {
    let (client, mut peer) = connect().await;
    let mut first: Subscription<Answer> = client.subscribe(&ask("a", 1)).await.expect("it is open");
    let mut second: Subscription<Answer> = client.subscribe(&ask("a", 2)).await.expect("it is open");
    let ids = [request(&mut peer).await["id"].clone(), request(&mut peer).await["id"].clone()];
    for number in 0..10 {
        answer(&mut peer, &ids[number as usize % 2], number).await;
    }
    peer.send_frame(TEXT, json!({ "id": ids[0] }).to_string()).await;
    answer(&mut peer, &ids[0], 10).await;
    for number in [0, 2, 4, 6, 8] {
        assert_eq!(first.next().await.expect("an item").expect("an answer"), Answer { number });
        assert_eq!(second.next().await.expect("an item").expect("an answer"), Answer { number: number + 1 });
    }
    // One that is of another type is an error, and not the end.
    assert!(matches!(first.next().await, Some(Err(Error::Binding(_)))));
    assert_eq!(first.next().await.expect("an item").expect("an answer"), Answer { number: 10 });
    drop(first);
    answer(&mut peer, &ids[0], 11).await;
    peer.send_frame(TEXT, "the next").await;
    assert_eq!(client.read_text().await.expect("it is open").as_deref(), Some("the next"));
}

#[tokio::test(start_paused = true)]
async fn an_item_comes_only_so_late() {
    let (client, mut peer) = connect().await;
    let mut items: Subscription<Answer> = client.subscribe(&ask("a", 1)).await.expect("it is open").timeout(5 * SECOND);
    let id = request(&mut peer).await["id"].clone();
    let begin = Instant::now();
    for round in 1..=2 {
        assert_eq!(failed(items.next().await.expect("not the end")), RequestError::Timeout);
        assert_eq!(begin.elapsed(), round * 5 * SECOND);
    }
    answer(&mut peer, &id, 1).await;
    items.next().await.expect("an item").expect("an answer");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_connection_is_that_of_what_waits() {
    let (client, mut peer) = connect().await;
    let mut items: Subscription<Answer> = client.subscribe(&ask("a", 1)).await.expect("it is open");
    let id = request(&mut peer).await["id"].clone();
    let ending = async {
        request(&mut peer).await;
        answer(&mut peer, &id, 1).await;
        peer.send_frame(CLOSE, close_payload(1000, "")).await;
        peer.expects(CLOSE, close_payload(1000, "")).await;
    };
    let asked = ask("a", 2);
    let (answered, ()) = tokio::join!(client.request::<Answer>(&asked), ending);
    assert_eq!(failed(answered), RequestError::Lost);
    // What had come before is there.
    assert_eq!(items.next().await.expect("an item").expect("an answer"), Answer { number: 1 });
    assert_eq!(failed(items.next().await.expect("the end is told")), RequestError::Lost);
    assert!(items.next().await.is_none());
    assert!(matches!(client.request::<Answer>(&asked).await, Err(Error::Closed)));
}

/// A request that has been sent is lost with the connection; one that waits is not.
#[tokio::test(start_paused = true)]
async fn a_request_that_was_not_sent_outlives_the_connection() {
    for resend in [false, true] {
        let config = RetryConfig::new().resend(resend);
        let (client, mut peer, mut network) = connect_with(|builder| builder.retry(config)).await;
        let (sent, waiting) = (ask("sent", 1), ask("waiting", 2));
        let serving = async {
            assert_eq!(request(&mut peer).await["event"], "sent");
            drop(peer);
            let dial = network.dialed().await;
            let later = async {
                let mut peer = dial.accept().await;
                peer.upgrade("").await;
                for _ in 0..if resend { 2 } else { 1 } {
                    let asked = request(&mut peer).await;
                    let number =
                        asked["number"].as_u64().and_then(|number| u32::try_from(number).ok()).expect("a number");
                    answer(&mut peer, &asked["id"], number).await;
                }
                peer
            };
            tokio::join!(client.request::<Answer>(&waiting), later)
        };
        let (lost, (kept, _peer)) = tokio::join!(client.request::<Answer>(&sent), serving);
        assert_eq!(kept.expect("it is an answer"), Answer { number: 2 });
        if resend {
            assert_eq!(lost.expect("it is an answer"), Answer { number: 1 });
        } else {
            assert_eq!(failed(lost), RequestError::Lost);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_is_not_sent_later() {
    let (client, peer, mut network) = connect_with(|builder| builder.retry(RetryConfig::new())).await;
    drop(peer);
    let dial = network.dialed().await;
    timeout(SECOND, client.request::<Answer>(&ask("given up", 1))).await.expect_err("nobody answers");
    client.write_text("the next").await.expect("it waits");
    let mut peer = dial.accept().await;
    peer.upgrade("").await;
    peer.expects(TEXT, "the next").await;
}
