//! More connections than there is room for: who gets in, what the others hear, and that those inside do not notice.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tests::raw::{CLOSE, RawClient, Response, TEXT, close_payload, handshake};
use tests::server::serve;
use tests::within;
use tokio::net::{TcpSocket, TcpStream};
use websocket::{Listener, TrustedProxies};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

async fn start(listener: Listener) -> SocketAddr {
    serve(listener.service::<Echo>()).await
}

async fn answers(mut client: RawClient, more: &str) -> Response {
    client.send(handshake("/", more)).await;
    client.response().await
}

async fn echoes(client: &mut RawClient) {
    client.send_frame(TEXT, "still here").await;
    client.expects(TEXT, "still here").await;
}

/// Closes a connection, and waits until the server has done so too.
async fn leaves(client: &mut RawClient) {
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.is_closed_with(1000).await;
}

/// Connects from another address of this machine.
async fn connect_from(source: [u8; 4], address: SocketAddr) -> RawClient {
    let socket = TcpSocket::new_v4().expect("a socket is made");
    socket.bind(SocketAddr::new(IpAddr::from(source), 0)).expect("the address is ours");
    RawClient::new(socket.connect(address).await.expect("the server accepts"))
}

/// Upgrades as soon as there is room for one more.
async fn upgrades_at_last(address: SocketAddr) -> RawClient {
    within("room for one more", async {
        loop {
            let mut client = RawClient::connect(address).await;
            client.send(handshake("/", "")).await;
            if client.response().await.status == 101 {
                return client;
            }
        }
    })
    .await
}

/// Asks for a page as soon as there is room for one more, and stays.
async fn enters_at_last(address: SocketAddr) -> RawClient {
    within("room for one more", async {
        loop {
            let mut client = RawClient::connect(address).await;
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
            if client.response().await.status == 426 {
                return client;
            }
        }
    })
    .await
}

#[tokio::test]
async fn there_are_at_most_max_connections() {
    let address = start(Listener::new(0).max_connections(2)).await;
    let mut first = RawClient::upgrade(address, "/").await;
    let mut second = RawClient::upgrade(address, "/").await;
    for _ in 0..3 {
        let response = answers(RawClient::connect(address).await, "").await;
        assert_eq!((response.status, response.header("retry-after")), (503, Some("10")), "{response:?}");
    }
    // What is no upgrade is answered, and takes up no room.
    let mut plain = RawClient::connect(address).await;
    plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(plain.response().await.status, 426);
    echoes(&mut first).await;
    leaves(&mut first).await;
    let mut third = upgrades_at_last(address).await;
    echoes(&mut second).await;
    echoes(&mut third).await;
}

#[tokio::test]
async fn retry_after_is_a_setting_in_whole_seconds() {
    let address = start(Listener::new(0).max_connections(1).retry_after(Duration::from_millis(1500))).await;
    let _first = RawClient::upgrade(address, "/").await;
    let response = answers(RawClient::connect(address).await, "").await;
    assert_eq!((response.status, response.header("retry-after")), (503, Some("2")));
}

#[tokio::test]
async fn an_address_has_at_most_its_connections() {
    let address = start(Listener::new(0).max_connections_per_address(2)).await;
    let mut first = RawClient::upgrade(address, "/").await;
    // A connection counts before it has said anything.
    let silent = RawClient::connect(address).await;
    let mut third = RawClient::connect(address).await;
    third.send(handshake("/", "")).await;
    let response = third.response().await;
    assert_eq!((response.status, response.header("retry-after")), (429, Some("10")), "{response:?}");
    assert_eq!(response.header("connection"), Some("close"));
    third.ends().await;
    let mut other = connect_from([127, 0, 0, 2], address).await;
    other.upgrades("/").await;
    echoes(&mut first).await;
    drop(silent);
    echoes(&mut upgrades_at_last(address).await).await;
}

#[tokio::test]
async fn behind_a_proxy_the_addresses_of_its_clients_count() {
    let proxies = TrustedProxies::x_forwarded(["127.0.0.1"]);
    let address = start(Listener::new(0).max_connections_per_address(1).trusted_proxies(proxies)).await;
    let upgrade = async |from: &str| {
        let mut client = RawClient::connect(address).await;
        client.send(handshake("/", &format!("X-Forwarded-For: {from}\r\n"))).await;
        (client.response().await.status, client)
    };
    let (status, mut first) = upgrade("198.51.100.7").await;
    assert_eq!(status, 101);
    assert_eq!(upgrade("198.51.100.7").await.0, 429);
    let (status, _other) = upgrade("198.51.100.8").await;
    assert_eq!(status, 101);
    leaves(&mut first).await;
    within("the place of the first", async { while upgrade("198.51.100.7").await.0 != 101 {} }).await;
}

#[tokio::test]
async fn there_are_at_most_max_http_connections() {
    let address = start(Listener::new(0).max_http_connections(2)).await;
    // Those that are upgraded do not count.
    let mut upgraded = upgrades_at_last(address).await;
    let mut more = upgrades_at_last(address).await;
    let _other = enters_at_last(address).await;
    let mut kept_alive = enters_at_last(address).await;
    let response = answers(RawClient::connect(address).await, "").await;
    assert_eq!((response.status, response.header("retry-after")), (503, Some("10")), "{response:?}");
    // A request on a connection that is inside is served.
    kept_alive.upgrades("/").await;
    for client in [&mut upgraded, &mut more, &mut kept_alive] {
        echoes(client).await;
    }
}

#[tokio::test]
async fn at_most_256_are_refused_with_an_answer() {
    let address = start(Listener::new(0).max_http_connections(1)).await;
    let _inside = RawClient::connect(address).await;
    let mut refused = Vec::new();
    for _ in 0..256 {
        refused.push(RawClient::connect(address).await);
    }
    let dropped = async |address| {
        let mut stream = TcpStream::connect(address).await.expect("the system accepts");
        let mut byte = [0];
        let read = tokio::io::AsyncReadExt::read(&mut stream, &mut byte);
        matches!(within("the end of a connection", read).await, Ok(0) | Err(_))
    };
    assert!(dropped(address).await, "nobody answers");
    let response = answers(refused.pop().expect("there are 256"), "").await;
    assert_eq!(response.status, 503);
}

#[tokio::test]
async fn whoever_is_refused_must_ask_in_time() {
    let listener = Listener::new(0).max_http_connections(1).handshake_timeout(Duration::from_millis(50));
    let address = start(listener).await;
    let inside = RawClient::connect(address).await;
    let mut refused = RawClient::connect(address).await;
    refused.ends().await;
    drop(inside);
}

/// A burst of two at once, and the other 8 not sooner than in 0.4 s.
#[tokio::test]
async fn connections_are_accepted_at_the_rate_that_is_set() {
    let address = start(Listener::new(0).accept_rate(20)).await;
    let begin = Instant::now();
    let clients = join_all((0..10).map(|_| RawClient::upgrade(address, "/"))).await;
    assert!(begin.elapsed() >= Duration::from_millis(350), "{:?}", begin.elapsed());
    for mut client in clients {
        echoes(&mut client).await;
    }
}

/// Nobody accepts: what connects is in the backlog, or waits outside.
#[tokio::test]
async fn the_backlog_is_a_setting() {
    let connects_without_serving = async |listener: Listener| {
        let bound = listener.service::<Echo>().host("127.0.0.1").bind().await.expect("the listener binds");
        let address = bound.local_addr();
        let connecting = join_all((0..20).map(|_| TcpStream::connect(address)));
        let connected = tokio::time::timeout(Duration::from_millis(300), connecting).await.is_ok();
        drop(bound);
        connected
    };
    assert!(connects_without_serving(Listener::new(0)).await, "1024 is enough");
    assert!(!connects_without_serving(Listener::new(0).backlog(1)).await, "there is room for two");
}

#[tokio::test]
async fn limits_of_nothing_are_refused_at_bind() {
    let table = [
        (Listener::new(0).max_connections(0), "max_connections"),
        (Listener::new(0).max_connections_per_address(0), "max_connections_per_address"),
        (Listener::new(0).max_http_connections(0), "max_http_connections"),
        (Listener::new(0).accept_rate(0), "accept_rate"),
        (Listener::new(0).backlog(0), "backlog"),
    ];
    for (listener, key) in table {
        let error = listener.host("127.0.0.1").bind().await.expect_err("it is refused");
        assert_eq!(error.to_string(), format!("invalid `{key}` of the listener: must be at least 1"));
    }
}
