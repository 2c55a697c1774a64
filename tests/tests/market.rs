//! The market, end to end: the real program, whose subscriptions are streams beside everything else.

use serde_json::{Value, json};
use tests::{
    Example,
    json_client::JsonClient,
    raw::{PING, PONG, RawClient, TEXT},
    within,
};

/// A program whose ticks come fast.
async fn start() -> Example {
    Example::start_with("market", &["--port", "0", "--interval", "5"]).await
}

/// Connects, and hears which pairs there are.
async fn join(market: &Example) -> JsonClient {
    let mut client = JsonClient::connect(market.address(), "/market", None).await;
    let pairs = ["ETH/EUR", "ETH/USD", "XBT/EUR", "XBT/USD"];
    client.expects(json!({"event": "systemStatus", "status": "online", "pair": pairs})).await;
    client
}

async fn subscribe(client: &mut JsonClient, id: impl Into<Value>, pairs: &[&str]) {
    let id = id.into();
    client.send(json!({"event": "subscribe", "reqid": id, "pair": pairs})).await;
    let begin = client.until(|message| !is_tick(message)).await;
    assert_eq!(begin, status("subscribed", &id, pairs));
}

fn is_tick(message: &Value) -> bool {
    message["event"] == "ticker"
}

fn status(status: &str, id: &Value, pairs: &[&str]) -> Value {
    json!({"event": "subscriptionStatus", "status": status, "reqid": id, "pair": pairs})
}

fn refusal(id: &Value, message: &str) -> Value {
    json!({"event": "subscriptionStatus", "status": "error", "reqid": id, "errorMessage": message})
}

/// The number of a tick, whose form is checked, too.
fn sequence(tick: &Value) -> u64 {
    assert!(is_tick(tick), "{tick}");
    let decimal = |field: &str, places: usize| {
        let (whole, rest) = tick[field].as_str().and_then(|text| text.split_once('.')).expect("a decimal");
        assert!(whole.parse::<u64>().is_ok() && rest.parse::<u64>().is_ok() && rest.len() == places, "{tick}");
    };
    decimal("price", 2);
    decimal("volume", 8);
    tick["sequence"].as_u64().expect("a number")
}

#[tokio::test]
async fn the_ticks_of_each_subscription_carry_its_id() {
    let market = start().await;
    let mut client = join(&market).await;
    subscribe(&mut client, 7, &["ETH/USD", "XBT/USD"]).await;
    subscribe(&mut client, "a", &["ETH/USD"]).await;
    let mut subscriptions =
        [(json!(7), "ETH/USD"), (json!(7), "XBT/USD"), (json!("a"), "ETH/USD")].map(|of| (of, vec![]));
    while subscriptions.iter().any(|(_, ticks)| ticks.len() < 5) {
        let tick = client.next().await;
        let place = subscriptions.iter_mut().find(|((id, pair), _)| tick["reqid"] == *id && tick["pair"] == *pair);
        place.unwrap_or_else(|| panic!("{tick} was not subscribed")).1.push(sequence(&tick));
    }
    for ((id, pair), ticks) in subscriptions {
        assert!(ticks.is_sorted_by(|earlier, later| earlier < later), "{id} {pair}: {ticks:?}");
    }
    client.leave().await;
}

#[tokio::test]
async fn requests_are_answered_beside_a_stream() {
    let market = start().await;
    let mut client = join(&market).await;
    subscribe(&mut client, 1, &["XBT/EUR"]).await;
    for (request, answer) in [
        (r#"{"event":"ping","reqid":2}"#, json!({"event": "pong", "reqid": 2})),
        (r#"{"event":"ping"}"#, json!({"event": "pong"})),
        (
            r#"{"event":"heartbeat","reqid":{"any":["thing"]}}"#,
            json!({"event": "heartbeat", "reqid": {"any": ["thing"]}}),
        ),
        (r#"{"event":"buy","reqid":3}"#, json!({"event": "error", "errorMessage": "unsupported event"})),
        ("hello", json!({"event": "error", "errorMessage": "unsupported event"})),
    ] {
        sequence(&client.until(is_tick).await);
        client.send(request).await;
        assert_eq!(client.until(|message| !is_tick(message)).await, answer, "{request}");
    }
    client.leave().await;
}

#[tokio::test]
async fn unsubscribing_ends_one_stream_and_no_other() {
    let market = start().await;
    let mut client = join(&market).await;
    subscribe(&mut client, 1, &["XBT/USD"]).await;
    subscribe(&mut client, "two", &["ETH/USD"]).await;
    client.until(|message| message["reqid"] == "two").await;
    client.send(json!({"event": "unsubscribe", "reqid": 3, "pair": ["ETH/USD"]})).await;

    // Its own answer, and the end of the stream.
    let mut ends = Vec::new();
    while ends.len() < 2 {
        let message = client.next().await;
        if is_tick(&message) {
            assert!(ends.is_empty() || message["reqid"] == 1, "{message} after {ends:?}");
        } else {
            ends.push(message);
        }
    }
    assert_eq!(ends, [json!(3), json!("two")].map(|id| status("unsubscribed", &id, &["ETH/USD"])));

    for _ in 0..5 {
        let tick = client.next().await;
        assert_eq!((&tick["reqid"], &tick["pair"]), (&json!(1), &json!("XBT/USD")), "{tick}");
    }
    client.leave().await;
}

#[tokio::test]
async fn a_stream_goes_on_without_an_unsubscribed_pair_and_can_be_had_again() {
    let market = start().await;
    let mut client = join(&market).await;
    subscribe(&mut client, 1, &["ETH/EUR", "XBT/EUR"]).await;
    client
        .send(json!({"event": "unsubscribe", "pair": ["XBT/EUR", "XBT\\/EUR"]}).to_string().replace(r"\\", r"\"))
        .await;
    let answer = client.until(|message| !is_tick(message)).await;
    assert_eq!(answer, json!({"event": "subscriptionStatus", "status": "unsubscribed", "pair": ["XBT/EUR"]}));
    for _ in 0..5 {
        assert_eq!(client.next().await["pair"], "ETH/EUR");
    }

    subscribe(&mut client, 2, &["XBT/EUR"]).await;
    let tick = client.until(|message| message["pair"] == "XBT/EUR").await;
    assert_eq!(tick["reqid"], 2);
    client.leave().await;
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused_with_its_id() {
    let market = start().await;
    let mut client = join(&market).await;
    for (request, message) in [
        (json!({"event": "subscribe", "pair": ["XBT/USD", "XBT/XYZ"]}), "pair `XBT/XYZ` is not supported"),
        (json!({"event": "subscribe"}), "data binding failed: missing field `pair`"),
        (
            json!({"event": "subscribe", "pair": ["XBT/USD", 5]}),
            "data binding failed: pair[1]: invalid type: integer `5`, expected a string",
        ),
        (json!({"event": "subscribe", "pair": []}), "data validation failed: pair: must name at least one pair"),
        (json!({"event": "unsubscribe", "pair": ["XBT/XYZ"]}), "pair `XBT/XYZ` is not supported"),
        (json!({"event": "unsubscribe", "pair": ["XBT/USD"]}), "pair `XBT/USD` is not subscribed"),
        (json!({"event": "unsubscribe", "pair": []}), "data validation failed: pair: must name at least one pair"),
    ] {
        for id in [json!(1), json!("one")] {
            let mut request = request.clone();
            request["reqid"] = id.clone();
            client.send(&request).await;
            let answer = client.next().await;
            // Which column it is about is not the point.
            let heard = answer["errorMessage"].as_str().and_then(|text| text.split(" at line ").next());
            assert_eq!(heard, Some(message), "{request}");
            assert_eq!(answer, refusal(&id, answer["errorMessage"].as_str().unwrap_or_default()), "{request}");
        }
    }
    // Nothing was subscribed, and the connection lives.
    client.send(json!({"event": "ping"})).await;
    client.expects(json!({"event": "pong"})).await;
    client.leave().await;
}

#[tokio::test]
async fn two_clients_have_their_own_subscriptions() {
    let market = start().await;
    let (mut ann, mut bob) = (join(&market).await, join(&market).await);
    subscribe(&mut ann, 1, &["XBT/USD"]).await;
    subscribe(&mut bob, 1, &["ETH/USD"]).await;
    for _ in 0..5 {
        assert_eq!(ann.next().await["pair"], "XBT/USD");
        assert_eq!(bob.next().await["pair"], "ETH/USD");
    }
    bob.send(json!({"event": "unsubscribe", "reqid": 2, "pair": ["XBT/USD"]})).await;
    let answer = bob.until(|message| !is_tick(message)).await;
    assert_eq!(answer, refusal(&json!(2), "pair `XBT/USD` is not subscribed"));
    bob.leave().await;
    for _ in 0..5 {
        assert_eq!(ann.next().await["pair"], "XBT/USD");
    }
    ann.leave().await;
}

#[tokio::test]
async fn the_same_seed_gives_the_same_prices() {
    let programs = [start().await, start().await];
    let mut clients = Vec::new();
    for program in &programs {
        let mut client = join(program).await;
        subscribe(&mut client, 1, &["XBT/USD"]).await;
        clients.push(client);
    }
    let [mut ahead, mut behind] = <[JsonClient; 2]>::try_from(clients).expect("there are two");
    let (mut tick, mut other) = (ahead.next().await, behind.next().await);
    while sequence(&tick) != sequence(&other) {
        let late = sequence(&tick) < sequence(&other);
        if late { tick = ahead.next().await } else { other = behind.next().await }
    }
    assert_eq!(tick, other);
}

#[tokio::test]
async fn a_subscriber_that_does_not_read_misses_ticks() {
    let market = Example::start_with("market", &["--port", "0", "--interval", "1"]).await;
    let mut slow = RawClient::connect_with_little_room(market.address()).await;
    slow.upgrades("/market").await;
    for id in 0..100 {
        slow.send_frame(TEXT, json!({"event": "subscribe", "reqid": id, "pair": ["XBT/USD"]}).to_string()).await;
    }
    // Long enough for what is sent to him to fill everything there is between him and the stream.
    let mut client = join(&market).await;
    subscribe(&mut client, 1, &["XBT/USD"]).await;
    let first = sequence(&client.next().await);
    client.until(|tick| sequence(tick) > first + 1000).await;

    slow.send_frame(PING, "still there?").await;
    let (mut last, mut missed, mut is_alive) = (0, 0, false);
    within("the ticks that were kept", async {
        while missed == 0 || !is_alive {
            let frame = slow.frame().await.expect("the connection lives");
            is_alive |= frame.first == PONG;
            let Ok(message) = serde_json::from_slice::<Value>(&frame.payload) else { continue };
            if is_tick(&message) && message["reqid"] == 99 {
                let sequence = sequence(&message);
                missed += if last == 0 { 0 } else { sequence - last - 1 };
                last = sequence;
            }
        }
    })
    .await;
    client.leave().await;
}

#[tokio::test]
async fn a_subscription_too_many_is_refused() {
    // One tick at once, and none after that.
    let market = Example::start_with("market", &["--port", "0", "--interval", "10000000"]).await;
    let mut client = join(&market).await;
    for id in 0..1000 {
        subscribe(&mut client, id, &["ETH/USD"]).await;
    }
    for pair in ["ETH/USD", "XBT/USD"] {
        client.send(json!({"event": "subscribe", "reqid": 1000, "pair": [pair]})).await;
        let refusal = json!({"event": "error", "errorMessage": "connection has 1000 streams already"});
        assert_eq!(client.until(|message| !is_tick(message)).await, refusal);
    }
    client.send(json!({"event": "unsubscribe", "reqid": "all", "pair": ["XBT/USD"]})).await;
    client.expects(refusal(&json!("all"), "pair `XBT/USD` is not subscribed")).await;
    client.leave().await;
}

#[tokio::test]
async fn a_bad_argument_is_explained() {
    for (arguments, mistake) in [
        (&["--interval", "0"][..], "market: `0` is not a number for `--interval`\n"),
        (&["--seed"], "market: `--seed` needs a number\n"),
        (&["9090"], "market: unknown argument `9090`\n"),
    ] {
        let output = within("its end", Example::command("market").args(arguments).output()).await.expect("it starts");
        let stderr = String::from_utf8(output.stderr).expect("stderr is UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr.starts_with(mistake), "{arguments:?}: {stderr}");
    }
}
