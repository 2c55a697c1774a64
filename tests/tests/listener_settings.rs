//! Settings that only show on a real listener, and its hand-over of those that a router has too.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use flate2::Compression as Level;
use flate2::write::DeflateEncoder;
use tests::raw::{PING, RawClient, Response, TEXT, handshake};
use tests::server::serve;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;
use websocket::{Caller, Compression, ConfigError, Error, KeepAlive, Listener, RequestLimits, SlowReceivers};

/// RSV1: the message is compressed.
const COMPRESSED: u8 = 0x40;

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

/// Hands its connections to the test.
struct Given(UnboundedSender<Caller>);

#[websocket::service(path = "/", state = UnboundedSender<Caller>)]
impl Given {
    #[upgrade]
    fn accept(callers: &UnboundedSender<Caller>) -> Self {
        Self(callers.clone())
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        self.0.send(caller.clone()).ok();
    }
}

async fn start(listener: Listener) -> SocketAddr {
    serve(listener.service::<Echo>()).await
}

async fn given(listener: Listener) -> (RawClient, Caller) {
    let (sender, mut callers): (_, UnboundedReceiver<Caller>) = unbounded_channel();
    let address = serve(listener.service_with::<Given>(sender)).await;
    let mut client = RawClient::connect_with_little_room(address).await;
    client.upgrades("/").await;
    (client, callers.recv().await.expect("the service runs"))
}

fn get(more: &str) -> String {
    format!("GET /nothing HTTP/1.1\r\nHost: a\r\n{more}\r\n")
}

async fn answer(client: &mut RawClient, request: &str) -> Response {
    client.send(request).await;
    client.response().await
}

#[tokio::test]
async fn a_connection_serves_many_requests_unless_keep_alive_is_never() {
    let mut client = RawClient::connect(start(Listener::new(0)).await).await;
    for _ in 0..3 {
        let response = answer(&mut client, &get("")).await;
        assert_eq!((response.status, response.header("connection")), (404, None));
    }
    assert_eq!(answer(&mut client, &get("Connection: close\r\n")).await.header("connection"), Some("close"));
    client.ends().await;

    let address = start(Listener::new(0).keep_alive(KeepAlive::Never)).await;
    let mut client = RawClient::connect(address).await;
    let response = answer(&mut client, &get("Connection: keep-alive\r\n")).await;
    assert_eq!((response.status, response.header("connection")), (404, Some("close")));
    client.ends().await;
    let mut upgraded = RawClient::upgrade(address, "/").await;
    upgraded.send_frame(TEXT, "an upgrade is no end").await;
    upgraded.expects(TEXT, "an upgrade is no end").await;
}

#[tokio::test]
async fn the_size_of_header_fields_is_a_setting() {
    let small = Listener::new(0).request_limits(RequestLimits::new().max_header_size(300));
    let large = Listener::new(0).request_limits(RequestLimits::new().max_header_size(30_000));
    for (listener, [fits, is_too_large]) in [(small, [100, 300]), (large, [20_000, 30_000])] {
        let address = start(listener).await;
        for (length, status) in [(fits, 101), (is_too_large, 431)] {
            let request = handshake("/", &format!("X-Large: {}\r\n", "x".repeat(length)));
            let response = answer(&mut RawClient::connect(address).await, &request).await;
            assert_eq!(response.status, status, "{length} bytes");
        }
    }
}

#[tokio::test]
async fn the_limit_of_control_frames_is_that_of_the_listener() {
    let mut client = RawClient::upgrade(start(Listener::new(0).max_control_frames(2)).await, "/").await;
    client.send(tests::raw::frame(PING, "").repeat(100)).await;
    while client.frame().await.is_some_and(|frame| frame.first != tests::raw::CLOSE) {}
    let mut client = RawClient::upgrade(start(Listener::new(0)).await, "/").await;
    client.send([tests::raw::frame(PING, "").repeat(100), tests::raw::frame(TEXT, "there")].concat()).await;
    for _ in 0..100 {
        client.expects(tests::raw::PONG, "").await;
    }
    client.expects(TEXT, "there").await;
}

#[tokio::test]
async fn slow_receivers_are_treated_as_the_listener_says() {
    let (_client, caller) = given(Listener::new(0).slow_receivers(SlowReceivers::DropNewest)).await;
    let message = "x".repeat(60_000);
    let flooding = async {
        while caller.dropped_messages() == 0 {
            caller.write_text(&message).await.expect("the connection is open");
        }
    };
    timeout(Duration::from_mins(1), flooding).await.expect("no write waits");

    let (_client, caller) = given(Listener::new(0)).await;
    while caller.try_write_text(&message).is_ok() {}
    assert!(matches!(caller.try_write_text(&message), Err(Error::Full)));
    assert_eq!(caller.dropped_messages(), 0);
}

#[tokio::test]
async fn the_high_water_mark_is_that_of_the_listener() {
    const LENGTH: usize = 100_000;
    const HIGH: usize = 32 << 20;
    let message = "x".repeat(LENGTH);
    // What the operating system takes is a few MiB.
    for (listener, range) in [(Listener::new(0), 1..HIGH), (Listener::new(0).high_water_mark(HIGH), HIGH..2 * HIGH)] {
        let (_client, caller) = given(listener).await;
        let written = (0..1000).take_while(|_| caller.try_write_text(&message).is_ok()).count() * LENGTH;
        assert!(range.contains(&written), "{written} bytes");
    }
}

#[tokio::test]
async fn the_low_water_mark_is_that_of_the_listener() {
    let listener = || Listener::new(0).host("127.0.0.1").high_water_mark(100);
    assert!(listener().low_water_mark(100).bind().await.is_ok());
    let error = listener().low_water_mark(101).bind().await.expect_err("it is above the other");
    assert!(matches!(error, Error::Config(ConfigError::Listener { key: "low_water_mark", .. })), "{error}");
}

/// Returns the first byte and the length of what comes back for a text.
async fn echo(compression: Compression, text: &str) -> (u8, usize) {
    let address = start(Listener::new(0).compression(compression)).await;
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", "Sec-WebSocket-Extensions: permessage-deflate\r\n")).await;
    assert_eq!(client.response().await.status, 101);
    let mut deflated = DeflateEncoder::new(Vec::new(), Level::fast());
    deflated.write_all(text.as_bytes()).and_then(|()| deflated.flush()).expect("a Vec takes it");
    let deflated = deflated.get_ref();
    client.send_frame(TEXT | COMPRESSED, &deflated[..deflated.len() - 4]).await;
    let frame = client.frame().await.expect("an answer");
    (frame.first, frame.payload.len())
}

#[tokio::test]
async fn short_messages_are_compressed_from_the_threshold_on() {
    let text = "hello ".repeat(20);
    let compressed = |threshold| echo(Compression::shared().threshold(threshold), &text);
    assert_eq!(compressed(121).await, (TEXT, 120));
    let (first, length) = compressed(120).await;
    assert!(first == TEXT | COMPRESSED && length < 60, "{first:x}, {length} bytes");
}

#[tokio::test]
async fn levels_trade_time_and_memory_for_size() {
    let words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"];
    let mut state = 1_u32;
    let mut word = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        words[state as usize >> 29]
    };
    let text: String = (0..2000).flat_map(|_| [word(), " "]).collect();
    let size = async |compression| echo(compression, &text).await.1;
    let usual = size(Compression::shared()).await;
    let hard = size(Compression::shared().level(9)).await;
    assert!(hard < usual, "{hard} of {usual} bytes");
    let small = size(Compression::shared().level(9).memory_level(1)).await;
    assert!(small > hard, "{small} beside {hard} bytes");
}
