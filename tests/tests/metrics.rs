//! The metrics of `docs/observability.md`: each is what the page says, counts what happens, and no peer makes a new one.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use serde::Deserialize;
use tests::prometheus::Scrape;
use tests::raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload, handshake};
use tests::server::serve;
use tests::{Example, within};
use websocket::{Caller, Client, Error, Listener};

const PAGE: &str = include_str!("../../docs/observability.md");
const ROOM: &str = "/rooms/<room>";

#[derive(Deserialize)]
struct Order {
    #[expect(dead_code, reason = "it only has to be there")]
    amount: u32,
}

struct Room;

#[websocket::service(path = "/rooms/<room>", dispatcher_key = "event")]
impl Room {
    #[upgrade]
    fn enter(_room: String) -> Self {
        Self
    }

    #[remote]
    fn on_order(&mut self, _order: Order) -> &'static str {
        "thanks"
    }

    #[remote(event = "flood")]
    async fn more(&mut self, caller: &Caller) -> websocket::Result<()> {
        let large = vec![b'x'; 60_000];
        // More than the operating system takes.
        for _ in 0..500 {
            caller.write_binary(&large).await?;
        }
        Ok(())
    }

    #[remote]
    fn on_error(&mut self, _error: &Error) {}

    #[remote]
    fn on_close(&mut self) {}
}

fn recorder() -> PrometheusRecorder {
    let times = Matcher::Full("websocket_callback_duration_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(times, &[0.001, 1.0]);
    builder.expect("there are buckets").build_recorder()
}

async fn start() -> SocketAddr {
    serve(Listener::new(0).service::<Room>()).await
}

fn scrape(handle: &PrometheusHandle) -> Scrape {
    Scrape::parse(&handle.render())
}

/// Waits until a sample has this value.
async fn becomes(handle: &PrometheusHandle, name: &str, labels: &[(&str, &str)], is_it: impl Fn(f64) -> bool) {
    let becoming = async {
        while !is_it(scrape(handle).value(name, labels)) {
            tokio::task::yield_now().await;
        }
    };
    within(format_args!("{name} {labels:?}"), becoming).await;
}

#[tokio::test]
async fn everything_is_counted() {
    let recorder = recorder();
    let handle = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let address = start().await;
    let mut client = RawClient::upgrade(address, "/rooms/a").await;
    client.send_frame(TEXT, r#"{"event":"order","amount":1}"#).await;
    client.expects(TEXT, "thanks").await;
    client.send_frame(TEXT, r#"{"event":"order","amount":"x"}"#).await;
    client.send_frame(BINARY, "1234567").await;
    client.send_frame(PING, "123").await;
    client.expects(PONG, "123").await;
    becomes(&handle, "websocket_connections", &[("path", ROOM)], |open| open > 0.5).await;
    client.send_frame(CLOSE, close_payload(1000, "bye")).await;
    client.is_closed_with(1000).await;
    drop(client);
    becomes(&handle, "websocket_connections", &[("path", ROOM)], |open| open == 0.0).await;

    let scrape = scrape(&handle);
    let value = |name: &str, label: Option<(&str, &str)>| {
        let labels: Vec<_> = [("path", ROOM)].into_iter().chain(label).collect();
        scrape.value(&format!("websocket_{name}"), &labels)
    };
    let counts = [
        ("requests_total", Some(("status", "101")), 1.0),
        ("messages_received_total", Some(("kind", "text")), 2.0),
        ("messages_received_total", Some(("kind", "binary")), 1.0),
        ("messages_received_total", Some(("kind", "ping")), 1.0),
        ("messages_received_total", Some(("kind", "pong")), 0.0),
        ("messages_received_total", Some(("kind", "close")), 1.0),
        ("messages_sent_total", Some(("kind", "text")), 1.0),
        ("messages_sent_total", Some(("kind", "pong")), 1.0),
        ("messages_sent_total", Some(("kind", "close")), 1.0),
        ("received_bytes_total", None, 28.0 + 30.0 + 7.0 + 3.0 + 5.0),
        ("sent_bytes_total", None, 6.0 + 3.0 + 2.0),
        ("errors_total", Some(("kind", "binding")), 1.0),
        ("errors_total", Some(("kind", "callback")), 0.0),
        ("connections_closed_total", Some(("outcome", "peer_closed")), 1.0),
        ("connections_closed_total", Some(("outcome", "lost")), 0.0),
        ("callback_duration_seconds_count", Some(("callback", "on_order")), 2.0),
        ("callback_duration_seconds_count", Some(("callback", "on_error")), 1.0),
        ("callback_duration_seconds_count", Some(("callback", "on_close")), 1.0),
        // It is not there.
        ("callback_duration_seconds_count", Some(("callback", "on_binary_message")), 0.0),
        ("queued_bytes", None, 0.0),
    ];
    for (name, label, expected) in counts {
        let found = value(name, label);
        assert!((found - expected).abs() < 0.5, "{name} {label:?} is {found}, not {expected}");
    }
}

#[tokio::test]
async fn what_waits_for_a_slow_reader_is_a_gauge() {
    let recorder = recorder();
    let handle = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let address = start().await;
    let queued = ("websocket_queued_bytes", [("path", ROOM)]);
    let mut reader = RawClient::connect_with_little_room(address).await;
    reader.upgrades("/rooms/a").await;
    reader.send_frame(TEXT, r#"{"event":"flood"}"#).await;
    becomes(&handle, queued.0, &queued.1, |bytes| bytes > 60_000.0).await;
    for _ in 0..500 {
        assert!(reader.frame().await.is_some());
    }
    becomes(&handle, queued.0, &queued.1, |bytes| bytes == 0.0).await;

    reader.send_frame(TEXT, r#"{"event":"flood"}"#).await;
    becomes(&handle, queued.0, &queued.1, |bytes| bytes > 60_000.0).await;
    drop(reader);
    becomes(&handle, queued.0, &queued.1, |bytes| bytes == 0.0).await;
    becomes(&handle, "websocket_connections", &queued.1, |open| open == 0.0).await;
}

#[tokio::test]
async fn no_peer_makes_a_series() {
    let recorder = recorder();
    let handle = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let address = start().await;
    let mut series = Vec::new();
    for (count, name) in ["anna", "ben", "carla"].into_iter().enumerate() {
        let mut client = RawClient::upgrade(address, &format!("/rooms/{name}")).await;
        client.send_frame(TEXT, format!(r#"{{"event":"{name}"}}"#)).await;
        client.send_frame(CLOSE, close_payload(4000, name)).await;
        client.is_closed_with(4000).await;
        drop(client);
        let mut lost = RawClient::connect(address).await;
        lost.send(handshake(&format!("/{name}"), "")).await;
        assert_eq!(lost.response().await.status, 404);
        becomes(&handle, "websocket_connections", &[("path", ROOM)], |open| open == 0.0).await;
        assert!(!handle.render().contains(name));
        let scrape = scrape(&handle);
        let refused = scrape.value("websocket_requests_total", &[("path", ""), ("status", "404")]);
        assert!((refused - 1.0 - f64::from(u8::try_from(count).expect("few"))).abs() < 0.5, "{refused}");
        series.push(scrape.samples.len());
    }
    assert_eq!(series, [series[0]; 3]);
}

/// The rows of the chapter's first table: type and labels, by name.
fn rows() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let (_, chapter) = PAGE.split_once("\n## Metrics\n").expect("the chapter exists");
    let rows = chapter.lines().filter(|line| line.starts_with("| `websocket_"));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind, unit, labels, _] = cells[..] else { panic!("five cells: {row}") };
        let units = if name.contains("bytes") {
            "bytes"
        } else if name.contains("seconds") {
            "seconds"
        } else {
            ""
        };
        assert_eq!(unit, units, "{name}");
        let labels = labels.split(", ").map(|label| label.trim_matches('`').to_owned()).collect();
        (name.trim_matches('`').to_owned(), (kind.to_owned(), labels))
    })
    .collect()
}

#[tokio::test]
async fn the_page_has_every_metric_and_every_label() {
    let recorder = recorder();
    let handle = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let address = start().await;
    let client = Client::connect(format!("ws://{address}/rooms/a")).await.expect("it connects");
    client.write_text(r#"{"event":"order","amount":1}"#).await.expect("it is written");
    within("an answer", client.read()).await.expect("it is read");
    drop(client);
    becomes(&handle, "websocket_connections", &[("path", ROOM)], |open| open == 0.0).await;

    let Scrape { types, samples } = scrape(&handle);
    let (_, chapter) = PAGE.split_once("\n## Metrics\n").expect("the chapter exists");
    let mut found: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for sample in samples {
        let family = types.keys().find(|name| {
            let rest = sample.name.strip_prefix(name.as_str());
            rest.is_some_and(|rest| ["", "_bucket", "_sum", "_count"].contains(&rest))
        });
        let name = family.unwrap_or_else(|| panic!("{} has no type", sample.name));
        let labels = &mut found.entry(name.clone()).or_insert_with(|| (types[name].clone(), BTreeSet::new())).1;
        for (label, value) in sample.labels.iter().filter(|(label, _)| *label != "le") {
            labels.insert(label.clone());
            let is_listed = chapter.contains(&format!("`{value}`"));
            assert!(is_listed || ["path", "status"].contains(&label.as_str()) || value == "on_order", "{value}");
        }
    }
    assert_eq!(found, rows());
}

#[tokio::test]
async fn the_example_shows_them_beside_its_service() {
    let example = Example::start_with("metrics", &["--port", "0"]).await;
    let mut clients = Vec::new();
    for room in ["a", "b", "c"] {
        let mut client = RawClient::upgrade(example.address(), &format!("/echo/{room}")).await;
        for _ in 0..4 {
            client.send_frame(TEXT, "hello").await;
            client.expects(TEXT, "hello").await;
        }
        clients.push(client);
    }
    let mut leaver = clients.pop().expect("there are three");
    leaver.send_frame(CLOSE, close_payload(1000, "")).await;
    leaver.is_closed_with(1000).await;
    drop(leaver);

    let mut page = RawClient::connect(example.address()).await;
    let path = ("path", "/echo/<room>");
    let scrape = within("the last metrics", async {
        loop {
            page.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").await;
            let response = page.response().await;
            assert_eq!((response.status, response.header("content-type")), (200, Some("text/plain; version=0.0.4")));
            let scrape = Scrape::parse(&response.body);
            if scrape.value("websocket_connections", &[path]) < 2.5 {
                return scrape;
            }
        }
    })
    .await;
    let expected = [
        ("websocket_requests_total", Some(("status", "101")), 3),
        ("websocket_connections", None, 2),
        ("websocket_connections_closed_total", Some(("outcome", "peer_closed")), 1),
        ("websocket_messages_received_total", Some(("kind", "text")), 12),
        ("websocket_messages_sent_total", Some(("kind", "text")), 12),
        ("websocket_received_bytes_total", None, 62),
        ("websocket_sent_bytes_total", None, 62),
        ("websocket_callback_duration_seconds_count", Some(("callback", "on_text_message")), 12),
    ];
    for (name, label, count) in expected {
        let labels: Vec<_> = [path].into_iter().chain(label).collect();
        let found = scrape.value(name, &labels);
        assert!((found - f64::from(count)).abs() < 0.5, "{name} {label:?} is {found}, not {count}");
    }
    let slowest = [path, ("callback", "on_text_message"), ("le", "10")];
    assert!(scrape.value("websocket_callback_duration_seconds_bucket", &slowest) > 11.5);
}
