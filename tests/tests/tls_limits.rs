//! What a listener does about connections, over TLS: a handshake counts like a request, and pages are compared with `https`.

use std::{net::SocketAddr, time::Duration};

use tests::{
    certificates::{Authority, Identity},
    raw::{RawClient, Response, TEXT, handshake},
    server::serve,
    tls::{Connected, TlsClient},
    within,
};
use tokio::{io::AsyncReadExt, net::TcpStream};
use websocket::{Caller, Listener, TlsConfig, TrustedProxies, UpgradeRequest};

/// Says what it knows about the way of its messages.
struct Way(bool);

#[websocket::service(path = "/way")]
impl Way {
    #[upgrade]
    fn accept(request: &UpgradeRequest) -> Self {
        Self(request.is_secure())
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) -> String {
        assert_eq!(caller.is_secure(), self.0);
        format!("{} {:?}", self.0, caller.tls().map(|tls| tls.version().to_string()))
    }
}

fn config(identity: &Identity) -> TlsConfig {
    TlsConfig::from_pem(identity.certificate.as_str(), identity.key.as_str())
}

async fn start(authority: &Authority, set: impl FnOnce(Listener) -> Listener) -> SocketAddr {
    serve(set(Listener::new(0).service::<Way>()).tls(config(&authority.server()))).await
}

async fn answer(stream: Connected, more: &str) -> Response {
    let mut client = RawClient::new(stream);
    client.send(handshake("/way", more)).await;
    client.response().await
}

async fn says(stream: Connected, more: &str, text: &str) {
    let mut client = RawClient::new(stream);
    client.send(handshake("/way", more)).await;
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, text).await;
}

/// Waits until the server has nothing more to say on a connection that has said nothing.
async fn ends(mut stream: TcpStream) {
    let mut rest = Vec::new();
    within("the end", stream.read_to_end(&mut rest)).await.expect("the end is a proper one");
    assert!(rest.is_empty(), "{rest:?}");
}

#[tokio::test]
async fn who_is_in_the_handshake_takes_up_room() {
    let authority = Authority::new("ca");
    let client = TlsClient::new(&authority);
    let address = start(&authority, |listener| listener.max_http_connections(1)).await;
    let silent = TcpStream::connect(address).await.expect("it listens");
    // The refusal comes over TLS too, so that the client can read it.
    let refused = answer(client.connect(address).await, "").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("10")));
    drop(silent);
    within("room for one more", async { while answer(client.connect(address).await, "").await.status != 101 {} }).await;
}

#[tokio::test]
async fn connections_of_an_address_are_counted_in_the_handshake() {
    let authority = Authority::new("ca");
    let address = start(&authority, |listener| listener.max_connections_per_address(2)).await;
    let client = TlsClient::new(&authority);
    let _silent = TcpStream::connect(address).await.expect("it listens");
    let mut open = RawClient::new(client.connect(address).await);
    open.upgrades("/way").await;
    assert_eq!(answer(client.connect(address).await, "").await.status, 429);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_refused_has_5_s_for_the_handshake() {
    let authority = Authority::new("ca");
    let server = config(&authority.server()).handshake_timeout(Duration::ZERO);
    let listener = Listener::new(0).max_http_connections(1).handshake_timeout(Duration::ZERO).tls(server);
    let address = serve(listener).await;
    let _first = TcpStream::connect(address).await.expect("it listens");
    // Without a limit for the others.
    ends(TcpStream::connect(address).await.expect("it listens")).await;
}

#[tokio::test]
async fn pages_are_compared_with_https() {
    let authority = Authority::new("ca");
    let address = start(&authority, |listener| listener).await;
    let client = TlsClient::new(&authority);
    for (origin, status) in
        [("https://localhost", 101), ("https://localhost:443", 101), ("http://localhost", 403), ("null", 403)]
    {
        let answer = answer(client.connect(address).await, &format!("Origin: {origin}\r\n")).await;
        assert_eq!(answer.status, status, "{origin}: {answer:?}");
    }
}

#[tokio::test]
async fn the_way_is_secure_as_far_as_a_trusted_proxy_says() {
    let authority = Authority::new("ca");
    let client = TlsClient::new(&authority);
    let address = start(&authority, |listener| listener).await;
    let plain = "X-Forwarded-Proto: http\r\n";
    says(client.connect(address).await, plain, r#"true Some("1.3")"#).await;

    let trusting = |listener: Listener| listener.trusted_proxies(TrustedProxies::x_forwarded(["127.0.0.1"]));
    let address = start(&authority, trusting).await;
    says(client.connect(address).await, plain, r#"false Some("1.3")"#).await;
    says(client.connect(address).await, "", r#"true Some("1.3")"#).await;
}
