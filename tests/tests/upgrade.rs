//! Which requests are refused with which status, all before any code of the user's runs.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use tests::{
    raw::{PING, PONG, RawClient, Response, TEXT, frame, handshake},
    server::serve,
};
use tokio::sync::Notify;
use websocket::{Error, Listener, RequestLimits, UpgradeError, http::StatusCode};

/// Counts how often it is asked for.
struct Counted;

#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

#[websocket::service(path = "/chat", state = Count)]
impl Counted {
    #[upgrade]
    fn accept(count: &Count) -> Self {
        count.0.fetch_add(1, SeqCst);
        Self
    }

    #[remote]
    fn on_open(&mut self) -> &'static str {
        "welcome"
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

/// Does not get along with everybody.
struct Moody;

#[websocket::service(path = "/moody/<mood>", state = Arc<Notify>)]
impl Moody {
    #[upgrade]
    async fn accept(mood: String, asked: &Arc<Notify>) -> Result<Self, UpgradeError> {
        match mood.as_str() {
            "panics" => panic!("this mood is a bad one"),
            "panics_later" => {
                tokio::task::yield_now().await;
                panic!("this mood has become a bad one")
            }
            "hangs" => {
                asked.notify_one();
                std::future::pending().await
            }
            _ => Ok(Self),
        }
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

/// Sends requests, and expects that none of them reaches the upgrade function.
async fn answers<const N: usize>(listener: Listener, requests: [&str; N]) -> [Response; N] {
    let count = Count::default();
    let address = serve(listener.service_with::<Counted>(count.clone())).await;
    let mut responses = Vec::new();
    for request in requests {
        let mut client = RawClient::connect(address).await;
        client.send(request).await;
        responses.push(client.response().await);
    }
    assert_eq!(count.0.load(SeqCst), 0, "the upgrade function ran");

    RawClient::upgrade(address, "/chat").await.expects(TEXT, "welcome").await;
    assert_eq!(count.0.load(SeqCst), 1, "the upgrade function runs once for a good request");
    responses.try_into().expect("there is a response to each request")
}

async fn is_refused<const N: usize>(requests: [&str; N], status: u16) {
    for (request, response) in requests.iter().zip(answers(Listener::new(0), requests).await) {
        assert_eq!(response.status, status, "{request:?}: {response:?}");
    }
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let unknown = ["/", "/chat/", "/chat/x", "//chat", "/cha", "/chatx", "/CHAT", "/x/../chat", "/chat%2F", "/%FF"];
    is_refused(unknown.map(|path| handshake(path, "")).each_ref().map(String::as_str), 404).await;
}

#[tokio::test]
async fn an_unknown_path_is_not_found_whatever_the_request() {
    is_refused(
        ["GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"],
        404,
    )
    .await;
}

#[tokio::test]
async fn a_path_is_known_in_every_spelling_and_with_any_query() {
    let address = serve(Listener::new(0).service_with::<Counted>(Count::default())).await;
    for target in ["/chat", "/%63hat", "/chat?", "/chat?x=/y", "http://localhost/chat"] {
        RawClient::upgrade(address, target).await.expects(TEXT, "welcome").await;
    }
}

#[tokio::test]
async fn a_known_path_without_an_upgrade_requires_one() {
    let requests = [
        "GET /chat HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /chat HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
        "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        "GET /chat HTTP/1.0\r\n\r\n",
    ];
    for response in answers(Listener::new(0), requests).await {
        assert_eq!(response.status, 426, "{response:?}");
        assert_eq!(response.header("upgrade"), Some("websocket"));
    }
}

#[tokio::test]
async fn another_version_requires_an_upgrade_to_13() {
    let versions = ["8", "0", "14", "256", "x", "013", "+13"].map(|version| {
        handshake("/chat", "").replace("Sec-WebSocket-Version: 13", &format!("Sec-WebSocket-Version: {version}"))
    });
    for response in answers(Listener::new(0), versions.each_ref().map(String::as_str)).await {
        assert_eq!(response.status, 426, "{response:?}");
        assert_eq!(response.header("sec-websocket-version"), Some("13"));
    }
}

#[tokio::test]
async fn a_malformed_handshake_is_a_bad_request() {
    let good = handshake("/chat", "");
    let without = |name: &str| {
        let lines = good.split("\r\n").filter(|line| !line.starts_with(name));
        lines.collect::<Vec<_>>().join("\r\n")
    };
    let with_key = |key: &str| good.replace("dGhlIHNhbXBsZSBub25jZQ==", key);
    let malformed = [
        good.replace("GET", "POST"),
        good.replace("GET", "HEAD").replace("HEAD", "PUT"),
        good.replace("HTTP/1.1", "HTTP/1.0"),
        without("Connection"),
        good.replace("Connection: Upgrade", "Connection: keep-alive"),
        without("Sec-WebSocket-Version"),
        without("Sec-WebSocket-Key"),
        with_key(""),
        with_key("not base64!"),
        with_key("dGhlIHNhbXBsZSBub25j"),
        with_key("dGhlIHNhbXBsZSBub25jZXM="),
        with_key("dGhlIHNhbXBsZSBub25jZQ"),
        handshake("/chat", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
        handshake("/chat", "Sec-WebSocket-Version: 13\r\n"),
        good.replace("Version: 13", "Version: 13, 8"),
        handshake("/chat", "Content-Length: 2\r\n") + "ab",
        handshake("/chat", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n",
        "GARBAGE\r\n\r\n".to_owned(),
    ];
    is_refused(malformed.each_ref().map(String::as_str), 400).await;
}

#[tokio::test]
async fn headers_of_the_handshake_are_lists_in_any_case() {
    let address = serve(Listener::new(0).service_with::<Counted>(Count::default())).await;
    let spellings = [
        ("Connection: Upgrade", "connection: keep-alive, UPGRADE"),
        ("Connection: Upgrade", "Connection: keep-alive\r\nConnection: upgrade"),
        ("Upgrade: websocket", "UPGRADE: h2c,WebSocket"),
        ("Sec-WebSocket-Version: 13", "sec-websocket-version:13"),
        ("Host: localhost", "Host: localhost\r\nContent-Length: 0"),
    ];
    for (one, other) in spellings {
        let mut client = RawClient::connect(address).await;
        client.send(handshake("/chat", "").replace(one, other)).await;
        assert_eq!(client.response().await.status, 101, "{other}");
    }
}

#[tokio::test]
async fn the_answer_is_the_one_of_the_rfc() {
    let address = serve(Listener::new(0).service_with::<Counted>(Count::default()).server_name("chatter/1")).await;
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/chat", "")).await;
    let response = client.response().await;
    assert_eq!(response.status, 101);
    assert_eq!(response.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(response.header("upgrade"), Some("websocket"));
    assert_eq!(response.header("connection").map(str::to_ascii_lowercase).as_deref(), Some("upgrade"));
    assert_eq!(response.header("sec-websocket-protocol"), None);
    assert_eq!(response.header("sec-websocket-extensions"), None);
    assert_eq!(response.header("server"), Some("chatter/1"));
}

#[tokio::test]
async fn a_uri_over_the_limit_is_too_long() {
    let target = |length: usize| format!("/chat?{}", "x".repeat(length - "/chat?".len()));
    let too_long = [4097, 5000, 70_000].map(|length| handshake(&target(length), ""));
    for response in answers(Listener::new(0), too_long.each_ref().map(String::as_str)).await {
        assert_eq!(response.status, 414, "{response:?}");
    }
    let limits = RequestLimits::new().max_uri_length(20);
    let address = serve(Listener::new(0).request_limits(limits).service_with::<Counted>(Count::default())).await;
    RawClient::upgrade(address, &target(20)).await.expects(TEXT, "welcome").await;
    let mut client = RawClient::connect(address).await;
    client.send(handshake(&target(21), "")).await;
    assert_eq!(client.response().await.status, 414);
}

#[tokio::test]
async fn headers_over_the_limit_are_too_large() {
    let one_large = |length| handshake("/chat", &format!("X-Large: {}\r\n", "x".repeat(length)));
    let many = handshake("/chat", &"X-Small: small\r\n".repeat(2000));
    let too_large = [one_large(8192), one_large(100_000), many];
    for response in answers(Listener::new(0), too_large.each_ref().map(String::as_str)).await {
        assert_eq!(response.status, 431, "{response:?}");
    }
    let mut client = RawClient::connect(serve(Listener::new(0).service_with::<Counted>(Count::default())).await).await;
    client.send(one_large(7000)).await;
    assert_eq!(client.response().await.status, 101);
}

#[tokio::test]
async fn a_body_over_the_limit_is_too_large() {
    let limited = || Listener::new(0).request_limits(RequestLimits::new().max_entity_body_size(10));
    let post = |path: &str, length: u64| format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    let too_large =
        [post("/x", 11), post("/chat", 11), post("/x", 1 << 60), handshake("/chat", "Content-Length: 11\r\n")];
    for response in answers(limited(), too_large.each_ref().map(String::as_str)).await {
        assert_eq!(response.status, 413, "{response:?}");
    }
    let [response] = answers(limited(), [&format!("{}0123456789", post("/x", 10))]).await;
    assert_eq!(response.status, 404);
}

#[tokio::test]
async fn a_refused_request_leaves_its_connection_usable() {
    let address = serve(Listener::new(0).service_with::<Counted>(Count::default())).await;
    let mut client = RawClient::connect(address).await;
    client.send("GET /unknown HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.response().await.status, 404);
    client.send("GET /chat HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.response().await.status, 426);
    client.upgrades("/chat").await;
    client.expects(TEXT, "welcome").await;
}

#[tokio::test]
async fn frames_right_behind_the_request_are_served() {
    let address = serve(Listener::new(0).service_with::<Counted>(Count::default())).await;
    let mut client = RawClient::connect(address).await;
    let frames =
        [frame(TEXT, "early"), frame(PING, "bird"), frame(TEXT, vec![b'x'; 60_000]), frame(TEXT, "late")].concat();
    let cut = frames.len() - 3;
    client.send([handshake("/chat", "").as_bytes(), &frames[..cut]].concat()).await;
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, "welcome").await;
    client.expects(TEXT, "early").await;
    client.expects(PONG, "bird").await;
    client.expects(TEXT, vec![b'x'; 60_000]).await;
    client.send(&frames[cut..]).await;
    client.expects(TEXT, "late").await;
}

#[tokio::test]
async fn a_panic_in_the_upgrade_function_is_a_500_and_harms_nobody_else() {
    let address = serve(Listener::new(0).service_with::<Moody>(Arc::default())).await;
    let mut other = RawClient::upgrade(address, "/moody/fine").await;
    for mood in ["panics", "panics_later"] {
        let mut client = RawClient::connect(address).await;
        client.send(handshake(&format!("/moody/{mood}"), "")).await;
        let response = client.response().await;
        assert_eq!(response.status, 500);
        assert!(!response.body.contains("mood"), "{:?} tells what went wrong inside", response.body);
        client.upgrades("/moody/better").await;
    }
    other.send_frame(TEXT, "still here").await;
    other.expects(TEXT, "still here").await;
}

#[tokio::test]
async fn a_slow_upgrade_function_holds_nobody_else_up() {
    let asked = Arc::<Notify>::default();
    let address = serve(Listener::new(0).service_with::<Moody>(Arc::clone(&asked))).await;
    let mut slow = RawClient::connect(address).await;
    slow.send(handshake("/moody/hangs", "")).await;
    tests::within("the upgrade function to run", asked.notified()).await;
    let mut other = RawClient::upgrade(address, "/moody/fine").await;
    other.send_frame(TEXT, "hello").await;
    other.expects(TEXT, "hello").await;
}

#[tokio::test]
async fn an_upgrade_function_beyond_the_handshake_timeout_is_a_503() {
    let timeout = std::time::Duration::from_millis(500);
    let address = serve(Listener::new(0).handshake_timeout(timeout).service_with::<Moody>(Arc::default())).await;
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/moody/hangs", "")).await;
    assert_eq!(client.response().await.status, StatusCode::SERVICE_UNAVAILABLE.as_u16());
}

#[tokio::test]
async fn a_head_that_takes_longer_than_the_handshake_timeout_is_broken_off() {
    let timeout = std::time::Duration::from_millis(50);
    let address = serve(Listener::new(0).handshake_timeout(timeout).service_with::<Moody>(Arc::default())).await;
    let mut client = RawClient::connect(address).await;
    client.send("GET /moody/fine HTTP/1.1\r\nHost: a\r\n").await;
    client.ends().await;
}

#[tokio::test]
async fn two_services_on_one_path_are_refused_at_bind() {
    let listener = Listener::new(0).host("127.0.0.1");
    let error = listener
        .service_with::<Counted>(Count::default())
        .service_with::<Counted>(Count::default())
        .bind()
        .await
        .expect_err("the listener does not bind");
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    assert!(error.to_string().contains("/chat") && error.to_string().contains("Counted"), "{error}");
}

/// Asks for the impossible.
#[derive(Default)]
struct Impossible;

#[websocket::service(path = "/impossible", max_message_size = IMPOSSIBLE)]
impl Impossible {
    #[remote]
    fn on_open(&mut self) {}
}

#[tokio::test]
async fn a_setting_out_of_range_is_refused_at_bind() {
    let error = Listener::new(0).host("127.0.0.1").service::<Impossible>().bind().await;
    let error = error.expect_err("the listener does not bind");
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("Impossible") && text.contains("max_message_size"), "{text}");
}

const IMPOSSIBLE: usize = 0;
