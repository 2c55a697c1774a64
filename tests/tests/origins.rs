//! Which web pages may connect, and what is believed of what a proxy says about them.

use std::net::SocketAddr;

use tests::raw::{RawClient, Response, TEXT, handshake};
use tests::server::{Entries, Journal, journal, serve};
use websocket::{Listener, Origins, TrustedProxies, UpgradeRequest};

/// Notes whom it lets in, and tells them what it knows about them.
struct Guarded(String);

#[websocket::service(path = "/guarded", state = Journal)]
impl Guarded {
    #[upgrade]
    fn accept(request: &UpgradeRequest, journal: &Journal) -> Self {
        journal.note("upgrade");
        let address = request.remote_addr().expect("the listener knows it");
        Self(format!("{} {}", address, request.is_secure()))
    }

    #[remote]
    fn on_open(&mut self) -> String {
        self.0.clone()
    }
}

/// Has origins of its own.
#[derive(Default)]
struct Listed;

#[websocket::service(path = "/listed", origins = ["https://app.example", FRONTEND])]
impl Listed {
    #[remote]
    fn on_pong(&mut self, _data: &[u8]) {}
}

#[derive(Default)]
struct Open;

#[websocket::service(path = "/open", origins = Origins::any())]
impl Open {
    #[remote]
    fn on_pong(&mut self, _data: &[u8]) {}
}

const FRONTEND: &str = "http://localhost:8080";

async fn start(listener: Listener) -> (SocketAddr, Entries) {
    let (journal, entries) = journal();
    let listener = listener.service_with::<Guarded>(journal).service::<Listed>().service::<Open>();
    (serve(listener).await, entries)
}

async fn answer(address: SocketAddr, path: &str, more: &str) -> Response {
    let mut client = RawClient::connect(address).await;
    client.send(handshake(path, more)).await;
    client.response().await
}

async fn statuses<const N: usize>(address: SocketAddr, path: &str, table: [(&str, u16); N]) {
    for (more, status) in table {
        let response = answer(address, path, more).await;
        assert_eq!(response.status, status, "{path} {more:?}: {response:?}");
    }
}

#[tokio::test]
async fn by_default_pages_of_the_host_that_they_connect_to_may_connect() {
    let (address, mut entries) = start(Listener::new(0)).await;
    // The requests say `Host: localhost`.
    let allowed = [("", 101), ("Origin: http://localhost\r\n", 101), ("Origin: HTTP://LocalHost:80\r\n", 101)];
    statuses(address, "/guarded", allowed).await;
    entries.expect(&["upgrade"; 3]).await;
    let foreign = [
        ("Origin: https://localhost\r\n", 403),
        ("Origin: http://localhost:8080\r\n", 403),
        ("Origin: http://evil.example\r\n", 403),
        ("Origin: http://localhost.evil.example\r\n", 403),
        ("Origin: http://evil.example/localhost\r\n", 403),
        ("Origin: null\r\n", 403),
        ("Origin: \r\n", 403),
        ("Origin: *\r\n", 403),
        ("Origin: http://localhost, http://evil.example\r\n", 403),
        ("Origin: http://localhost\r\nOrigin: http://evil.example\r\n", 403),
        ("Origin: http://localhost\r\nX-Forwarded-Host: evil.example\r\n", 101),
        ("Origin: http://evil.example\r\nX-Forwarded-Host: evil.example\r\n", 403),
        ("Origin: https://localhost\r\nX-Forwarded-Proto: https\r\n", 403),
        ("Origin: https://localhost\r\nForwarded: proto=https\r\n", 403),
    ];
    statuses(address, "/guarded", foreign).await;
    entries.expect(&["upgrade"]).await;
    assert_eq!(entries.try_next(), None, "no code of the user's runs for a foreign page");
}

#[tokio::test]
async fn the_port_is_a_part_of_the_host() {
    let (address, _entries) = start(Listener::new(0)).await;
    let request = |origin: &str| {
        handshake("/guarded", &format!("Origin: {origin}\r\n"))
            .replace("Host: localhost", &format!("Host: localhost:{}", address.port()))
    };
    for (origin, status) in [
        (format!("http://localhost:{}", address.port()), 101),
        (format!("https://localhost:{}", address.port()), 403),
        ("http://localhost".to_owned(), 403),
    ] {
        let mut client = RawClient::connect(address).await;
        client.send(request(&origin)).await;
        assert_eq!(client.response().await.status, status, "{origin}");
    }
}

#[tokio::test]
async fn a_refused_page_hears_what_to_change() {
    let (address, _entries) = start(Listener::new(0)).await;
    let response = answer(address, "/guarded", "Origin: https://localhost\r\n").await;
    assert_eq!(
        response.body,
        "origin `https://localhost` is not allowed: the server is reached as `http://localhost`; allow other pages with \
         `origins`, and behind a proxy that ends TLS, name it in `trusted_proxies`"
    );
    let response = answer(address, "/listed", "Origin: https://localhost\r\n").await;
    assert_eq!(response.body, "origin `https://localhost` is not allowed");
}

#[tokio::test]
async fn a_list_of_origins_is_exact() {
    let listener = Listener::new(0).origins(Origins::only(["https://example.com", "null"]));
    let (address, _entries) = start(listener).await;
    let table = [
        ("", 101),
        ("Origin: https://example.com\r\n", 101),
        ("Origin: https://example.com:443\r\n", 101),
        ("Origin: null\r\n", 101),
        ("Origin: http://example.com\r\n", 403),
        ("Origin: https://example.com:8443\r\n", 403),
        ("Origin: https://www.example.com\r\n", 403),
        // Its own is not on the list.
        ("Origin: http://localhost\r\n", 403),
    ];
    statuses(address, "/guarded", table).await;
}

#[tokio::test]
async fn a_service_chooses_for_itself() {
    let (address, _entries) = start(Listener::new(0).origins(Origins::only(["https://example.com"]))).await;
    let table = [
        ("Origin: https://app.example\r\n", 101),
        ("Origin: http://localhost:8080\r\n", 101),
        ("Origin: https://example.com\r\n", 403),
        ("Origin: http://localhost\r\n", 403),
    ];
    statuses(address, "/listed", table).await;
    let anybody = [("Origin: https://evil.example\r\n", 101), ("Origin: null\r\n", 101), ("Origin: ?\r\n", 101)];
    statuses(address, "/open", anybody).await;
}

/// What a trusted proxy says decides about the origin, the scheme, and the address.
#[tokio::test]
async fn a_trusted_proxy_is_believed() {
    let proxies = TrustedProxies::x_forwarded(["127.0.0.0/8"]);
    let (address, _entries) = start(Listener::new(0).trusted_proxies(proxies)).await;
    let forwarded = "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: chat.example\r\n";
    let table = [
        ("Origin: https://chat.example\r\n", 101),
        ("Origin: http://chat.example\r\n", 403),
        ("Origin: http://localhost\r\n", 403),
        ("Forwarded: host=evil.example\r\nOrigin: https://evil.example\r\n", 403),
    ];
    for (more, status) in table {
        let response = answer(address, "/guarded", &format!("{forwarded}{more}")).await;
        assert_eq!(response.status, status, "{more:?}: {response:?}");
    }
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/guarded", forwarded)).await;
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, "198.51.100.7:0 true").await;
}

#[tokio::test]
async fn the_standard_header_is_believed_instead() {
    let proxies = TrustedProxies::forwarded(["127.0.0.1"]);
    let (address, _entries) = start(Listener::new(0).trusted_proxies(proxies)).await;
    let forwarded = "Forwarded: for=198.51.100.7;proto=https;host=chat.example\r\nOrigin: https://chat.example\r\n";
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/guarded", forwarded)).await;
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, "198.51.100.7:0 true").await;
    let ignored = "X-Forwarded-Proto: https\r\nX-Forwarded-Host: chat.example\r\nOrigin: https://chat.example\r\n";
    statuses(address, "/guarded", [(ignored, 403)]).await;
}

#[tokio::test]
async fn nobody_is_believed_who_is_not_named() {
    let proxies = TrustedProxies::x_forwarded(["10.0.0.0/8"]);
    let (address, _entries) = start(Listener::new(0).trusted_proxies(proxies)).await;
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/guarded", "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: https\r\n")).await;
    assert_eq!(client.response().await.status, 101);
    let known = String::from_utf8(client.frame().await.expect("it is greeted").payload).expect("it is text");
    assert!(known.starts_with("127.0.0.1:") && known.ends_with(" false"), "{known}");
}

#[tokio::test]
async fn what_is_no_origin_and_no_network_is_refused_at_bind() {
    let table = [
        (
            Listener::new(0).origins(Origins::only(["https://example.com/"])),
            "invalid `origins` of the listener: must end after the host and the port, without a slash",
        ),
        (
            Listener::new(0).trusted_proxies(TrustedProxies::forwarded(["localhost"])),
            "invalid `trusted_proxies` of the listener: must be addresses and networks, as in `10.0.0.1` and `10.0.0.0/8`",
        ),
        (Listener::new(0).service::<Mistaken>(), "invalid `origins` of the service `Mistaken`: must not name a user"),
    ];
    for (listener, expected) in table {
        let error = listener.host("127.0.0.1").bind().await.expect_err("it is refused");
        assert_eq!(error.to_string(), expected);
    }
}

#[derive(Default)]
struct Mistaken;

#[websocket::service(path = "/mistaken", origins = Origins::only(["https://me@example.com"]))]
impl Mistaken {
    #[remote]
    fn on_pong(&mut self, _data: &[u8]) {}
}
