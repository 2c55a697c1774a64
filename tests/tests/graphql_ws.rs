//! GraphQL over `graphql-transport-ws`, end to end: the real program, used by the client library of the protocol's authors, and
//! by one that does what no library would.

use std::collections::HashMap;

use serde_json::{Value, json};
use tests::{Example, ForeignClient, json_client::JsonClient};

const SUBPROTOCOL: &str = "graphql-transport-ws";

async fn start() -> Example {
    Example::start("graphql_ws").await
}

/// A connection that is not initialised.
async fn connect(server: &Example) -> JsonClient {
    JsonClient::connect(server.address(), "/graphql", Some(SUBPROTOCOL)).await
}

async fn initialised(server: &Example) -> JsonClient {
    let mut client = connect(server).await;
    client.send(json!({"type": "connection_init", "payload": {"token": "secret"}})).await;
    client.expects(json!({"type": "connection_ack"})).await;
    client
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({"type": "subscribe", "id": id, "payload": {"query": query}})
}

fn next(id: &str, field: &str, value: impl Into<Value>) -> Value {
    json!({"type": "next", "id": id, "payload": {"data": {field: value.into()}}})
}

fn complete(id: &str) -> Value {
    json!({"type": "complete", "id": id})
}

async fn is_closed_with(client: &mut JsonClient, code: u16, reason: &str) {
    assert_eq!(client.ends().await, (code, reason.to_owned()));
}

#[tokio::test]
async fn the_graphql_ws_client_runs_operations_side_by_side() {
    let server = start().await;
    let mut client = ForeignClient::graphql_ws(server.address(), &[]);
    client.expects("opened", Value::Null).await;
    client.tell("run", json!({"name": "hello", "query": "{ hello }"})).await;
    client.expects("next", json!(["hello", {"data": {"hello": "Hello, world!"}}])).await;
    client.expects("complete", "hello").await;

    client.tell("run", json!({"name": "endless", "query": "subscription { ticks }"})).await;
    client
        .tell("run", json!({"name": "other", "query": "subscription Other { ticks }", "operationName": "Other"}))
        .await;
    let countdown = "subscription ($from: Int!) { countdown(from: $from) }";
    client.tell("run", json!({"name": "down", "query": countdown, "variables": {"from": 3}})).await;
    let mut results: HashMap<String, Vec<Value>> = HashMap::new();
    let mut is_down = false;
    while !is_down || ["endless", "other"].iter().any(|name| results.get(*name).is_none_or(|all| all.len() < 3)) {
        match client.reports().await {
            (event, name) if event == "complete" && name == "down" => is_down = true,
            (event, mut next) if event == "next" => {
                let name = next[0].as_str().expect("a name").to_owned();
                results.entry(name).or_default().push(next[1].take());
            }
            other => panic!("{other:?} happens"),
        }
    }
    let down: Vec<_> = [3, 2, 1, 0].map(|number| json!({"data": {"countdown": number}})).into();
    assert_eq!(results["down"], down);
    for name in ["endless", "other"] {
        let expected: Vec<_> = (0..results[name].len()).map(|number| json!({"data": {"ticks": number}})).collect();
        assert_eq!(results[name], expected, "{name}");
    }

    client.tell("cancel", "endless").await;
    let mut left = 3;
    let mut is_cancelled = false;
    while left > 0 {
        match client.reports().await {
            (event, name) if event == "complete" && name == "endless" => is_cancelled = true,
            (event, next) if event == "next" && next[0] == "other" => left -= u32::from(is_cancelled),
            (event, next) if event == "next" && next[0] == "endless" && !is_cancelled => {}
            other => panic!("{other:?} happens"),
        }
    }

    client.tell("run", json!({"name": "bad", "query": "{ goodbye }"})).await;
    let errors = loop {
        let (event, report) = client.reports().await;
        if report[0] != "other" {
            break (event, report);
        }
    };
    let message = "Cannot query field \"goodbye\" on type \"Query\".";
    assert_eq!(errors, ("error".to_owned(), json!(["bad", [{"message": message}]])));

    client.tell("leave", Value::Null).await;
    let end = loop {
        let (event, report) = client.reports().await;
        if event == "ended" {
            break report;
        }
        assert!(report == "other" || report[0] == "other", "{event} {report}");
    };
    assert_eq!(end, json!([1000, ""]));
}

#[tokio::test]
async fn the_graphql_ws_client_gets_its_pings_answered() {
    let server = start().await;
    let mut client = ForeignClient::graphql_ws(server.address(), &["10"]);
    client.expects("opened", Value::Null).await;
    for _ in 0..3 {
        client.expects("pong", Value::Null).await;
    }
}

#[tokio::test]
async fn a_query_has_one_result_and_then_its_id_is_free() {
    let server = start().await;
    let mut client = initialised(&server).await;
    for _ in 0..50 {
        client.send(subscribe("1", "query { hello }")).await;
        client.expects(next("1", "hello", "Hello, world!")).await;
        client.expects(complete("1")).await;
    }
    client.send(subscribe("time", "# both\nquery When { time, hello # again\n}")).await;
    let answer = client.next().await;
    assert!(answer["payload"]["data"]["time"].as_f64().is_some_and(|time| time > 1.7e9), "{answer}");
    assert_eq!(answer["payload"]["data"]["hello"], "Hello, world!");
    client.expects(complete("time")).await;
    client.leave().await;
}

#[tokio::test]
async fn a_completed_operation_sends_nothing_more_and_the_others_go_on() {
    let server = start().await;
    let mut client = initialised(&server).await;
    for id in ["a", "b"] {
        client.send(subscribe(id, "subscription { ticks }")).await;
    }
    for id in ["a", "b"] {
        client.until(|message| message["id"] == id).await;
    }
    for id in ["a", "unknown"] {
        client.send(complete(id)).await;
    }
    client.send(json!({"type": "ping"})).await;
    client.until(|message| message["type"] == "pong").await;
    for _ in 0..5 {
        assert_eq!(client.next().await["id"], "b");
    }
    // The id is free again.
    client.send(subscribe("a", "subscription { countdown(from: 1) }")).await;
    for message in [next("a", "countdown", 1), next("a", "countdown", 0), complete("a")] {
        assert_eq!(client.until(|message| message["id"] == "a").await, message);
    }
    client.leave().await;
}

#[tokio::test]
async fn pings_and_pongs_may_come_at_any_time() {
    let server = start().await;
    let mut client = connect(&server).await;
    client.send(json!({"type": "pong", "payload": {"unasked": true}})).await;
    for ping in [json!({"type": "ping"}), json!({"type": "ping", "payload": {"number": 1}})] {
        client.send(&ping).await;
        let mut pong = ping;
        pong["type"] = "pong".into();
        client.expects(pong).await;
    }
    client.send(r#"{"type":"connection_init","payload":null}"#).await;
    client.expects(json!({"type": "connection_ack"})).await;
    client.send(r#"{"type":"ping","payload":null}"#).await;
    client.expects(json!({"type": "pong"})).await;
    client.leave().await;
}

#[tokio::test]
async fn an_operation_that_cannot_be_executed_is_answered_with_errors() {
    let server = start().await;
    let mut client = initialised(&server).await;
    for (payload, messages) in [
        (json!({"query": ""}), &["Syntax Error: Unexpected \"<EOF>\"."][..]),
        (json!({"query": "{ hello"}), &["Syntax Error: Unexpected \"<EOF>\"."]),
        (json!({"query": "{ hello } }"}), &["Syntax Error: Unexpected \"}\"."]),
        (json!({"query": "{ hello { name } }"}), &["Syntax Error: Unexpected \"{\"."]),
        (json!({"query": "hello"}), &["Syntax Error: Unexpected \"hello\"."]),
        (json!({"query": "{ é }"}), &["Syntax Error: Unexpected \"é\"."]),
        (
            json!({"query": "{ a hello(x: 1) }"}),
            &["Cannot query field \"a\" on type \"Query\".", "Unknown argument \"x\" on field \"Query.hello\"."],
        ),
        (json!({"query": "mutation { hello }"}), &["Schema is not configured to execute mutation operation."]),
        (json!({"query": "query A { hello }", "operationName": "B"}), &["Unknown operation named \"B\"."]),
        (json!({"query": "subscription { ticks countdown }"}), &["Subscription must select only one top level field."]),
        (json!({"query": "subscription { hello }"}), &["Cannot query field \"hello\" on type \"Subscription\"."]),
        (
            json!({"query": "subscription { countdown }"}),
            &["Argument \"from\" of type \"Int!\" is required on field \"countdown\"."],
        ),
        (json!({"query": "subscription { countdown(from: 2147483648) }"}), &["Int cannot represent 2147483648."]),
        (json!({"query": "subscription { countdown(from: $n) }"}), &["Variable \"$n\" is not defined."]),
        (json!({"query": "subscription($n: Int) { countdown(from: $n) }"}), &["Variable \"$n\" was not provided."]),
        (
            json!({"query": "subscription($n: Int!) { countdown(from: $n) }", "variables": {"n": "3"}}),
            &["Int cannot represent \"3\"."],
        ),
    ] {
        client.send(json!({"type": "subscribe", "id": "bad", "payload": payload})).await;
        let errors: Vec<_> = messages.iter().map(|message| json!({"message": message})).collect();
        client.expects(json!({"type": "error", "id": "bad", "payload": errors})).await;
    }
    client.leave().await;
}

#[tokio::test]
async fn an_invalid_message_closes_with_4400() {
    let server = start().await;
    for (message, reason) in [
        ("hello", "unknown type"),
        ("[]", "unknown type"),
        ("{}", "unknown type"),
        (r#"{"type":"next","id":"1","payload":{}}"#, "unknown type"),
        (r#"{"type":"toString"}"#, "unknown type"),
        (
            r#"{"type":"connection_init","payload":"secret"}"#,
            "payload: invalid type: string \"secret\", expected a map",
        ),
        (r#"{"type":"ping","payload":1}"#, "payload: invalid type: integer `1`, expected a map"),
        (r#"{"type":"complete"}"#, "missing field `id`"),
        (r#"{"type":"complete","id":7}"#, "id: invalid type: integer `7`, expected a string"),
        (r#"{"type":"subscribe","id":"1"}"#, "missing field `payload`"),
        (r#"{"type":"subscribe","id":"","payload":{"query":"{hello}"}}"#, "id: must not be empty"),
        (r#"{"type":"subscribe","id":"1","payload":{}}"#, "payload: missing field `query`"),
        (
            r#"{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":[]}}"#,
            "payload.variables: invalid type: sequence, expected a map",
        ),
    ] {
        let mut client = initialised(&server).await;
        client.send(message).await;
        let (code, heard) = client.ends().await;
        // Which column it is about is not the point.
        let heard = heard.split(" at line ").next();
        assert_eq!((code, heard), (4400, Some(&*format!("Invalid message: {reason}"))), "{message}");
    }
    let mut client = initialised(&server).await;
    client.send_binary(br#"{"type":"ping"}"#).await;
    is_closed_with(&mut client, 4400, "Invalid message: unknown type").await;
}

#[tokio::test]
async fn a_subscription_before_the_acknowledgement_closes_with_4401() {
    let server = start().await;
    let mut client = connect(&server).await;
    client.send(subscribe("1", "{ hello }")).await;
    is_closed_with(&mut client, 4401, "Unauthorized").await;
}

#[tokio::test]
async fn a_client_that_does_not_offer_the_subprotocol_is_closed_with_4406() {
    let server = start().await;
    let mut client = JsonClient::connect(server.address(), "/graphql", None).await;
    is_closed_with(&mut client, 4406, "Subprotocol not acceptable").await;
}

#[tokio::test]
async fn a_connection_that_is_not_initialised_in_time_closes_with_4408() {
    let server = Example::start_with("graphql_ws", &["--port", "0", "--init-timeout", "50"]).await;
    let mut client = connect(&server).await;
    is_closed_with(&mut client, 4408, "Connection initialisation timeout").await;
}

#[tokio::test]
async fn a_connection_that_is_initialised_in_time_outlives_the_timeout() {
    let server = Example::start_with("graphql_ws", &["--port", "0", "--init-timeout", "1500"]).await;
    let mut client = initialised(&server).await;
    // Two seconds.
    client.send(subscribe("1", "subscription { countdown(from: 100) }")).await;
    client.until(|message| *message == complete("1")).await;
    client.leave().await;
}

#[tokio::test]
async fn an_id_in_use_closes_with_4409() {
    let server = start().await;
    let mut client = initialised(&server).await;
    for query in ["subscription { ticks }", "query { hello }"] {
        client.send(subscribe("twice", query)).await;
    }
    is_closed_with(&mut client, 4409, "Subscriber for twice already exists").await;
}

#[tokio::test]
async fn a_second_initialisation_closes_with_4429() {
    let server = start().await;
    let mut client = initialised(&server).await;
    client.send(json!({"type": "connection_init"})).await;
    is_closed_with(&mut client, 4429, "Too many initialisation requests").await;
}

#[tokio::test]
async fn an_operation_too_many_closes_with_1013() {
    let server = start().await;
    let mut client = initialised(&server).await;
    for id in 0..=1000 {
        client.send(subscribe(&id.to_string(), "subscription { ticks }")).await;
    }
    is_closed_with(&mut client, 1013, "too many operations").await;
}

#[tokio::test]
async fn ctrl_c_closes_with_1001_whatever_is_running() {
    let server = start().await;
    let mut client = initialised(&server).await;
    client.send(subscribe("1", "subscription { ticks }")).await;
    client.expects(next("1", "ticks", 0)).await;
    let (end, close) = tokio::join!(server.interrupt(), client.ends());
    assert!(end.success(), "{end}");
    assert_eq!(close.0, 1001);
}
