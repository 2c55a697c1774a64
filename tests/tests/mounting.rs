//! Services inside of servers that somebody else made, and the reverse: plain HTTP on a listener of ours.

use std::net::SocketAddr;
use std::time::Duration;

use axum::{
    Router as AxumRouter,
    extract::Path,
    routing::{get, post},
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::{
    polite::PoliteClient,
    raw::{PING, PONG, RawClient, TEXT, frame, handshake},
    server::serve,
};
use tokio::net::TcpListener;
use websocket::{Caller, Listener, Message, RequestLimits, Router};

/// Answers every message with itself, and "who" with its name.
struct Named {
    name: String,
}

#[websocket::service(path = "/chat/<name>", subprotocols = ["chat"])]
impl Named {
    #[upgrade]
    fn accept(name: String) -> Self {
        Self { name }
    }

    #[remote]
    async fn on_message(&mut self, caller: &Caller, message: Message) -> Message {
        match message.as_text() {
            Some("who") => Message::text(&self.name),
            Some("where") => Message::text(format!("{:?}", caller.remote_addr())),
            _ => message,
        }
    }
}

fn services() -> Router {
    Router::builder().service::<Named>().build().expect("the router is built")
}

fn pages() -> AxumRouter {
    AxumRouter::new()
        .route("/", get(|| async { "index" }))
        .route("/chat", get(|| async { "chat page" }))
        .route("/hello/{name}", get(|Path(name): Path<String>| async move { format!("hello {name}") }))
        .route("/echo", post(|body: String| async move { body }))
}

async fn socket() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = socket.local_addr().expect("it has an address");
    (socket, address)
}

async fn in_axum() -> SocketAddr {
    let (socket, address) = socket().await;
    let app = pages().fallback_service(services());
    tokio::spawn(async move { axum::serve(socket, app).await });
    address
}

async fn in_hyper() -> SocketAddr {
    let (socket, address) = socket().await;
    let router = services();
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let service = TowerToHyperService::new(router.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades());
        }
    });
    address
}

async fn with_fallback() -> SocketAddr {
    serve(Listener::new(0).service::<Named>().fallback(pages())).await
}

async fn requests(address: SocketAddr, request: &str) -> (u16, String) {
    let mut client = RawClient::connect(address).await;
    client.send(request).await;
    let response = client.response().await;
    (response.status, response.body)
}

async fn gets(address: SocketAddr, path: &str) -> (u16, String) {
    requests(address, &format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await
}

/// A conversation that needs everything that a connection does.
async fn talks(address: SocketAddr) {
    let mut client = PoliteClient::connect(address, "/chat/Ann%20Lee").await;
    client.send("who").await;
    client.hears("Ann Lee").await;
    client.send("x".repeat(60_000)).await;
    assert_eq!(client.next().await.len(), 60_000);
    client.send(vec![1, 2, 3]).await;
    assert_eq!(client.next().await.into_data().to_vec(), [1, 2, 3]);
    assert_eq!(client.close(4000, "bye").await.0, 4000);

    let mut client = RawClient::connect(address).await;
    client.send([handshake("/chat/early", "").into_bytes(), frame(TEXT, "who"), frame(PING, "?")].concat()).await;
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, "early").await;
    client.expects(PONG, "?").await;
    client.send_frame(TEXT, b"\xff").await;
    client.is_closed_with(1007).await;
}

/// What is no upgrade to a service has its own status.
async fn refuses(address: SocketAddr) {
    assert_eq!(gets(address, "/chat/x").await.0, 426);
    let version_8 = handshake("/chat/x", "").replace("Version: 13", "Version: 8");
    assert_eq!(requests(address, &version_8).await.0, 426);
    assert_eq!(
        requests(address, &handshake("/chat/x", "").replace("Connection: Upgrade", "Connection: close")).await.0,
        400
    );
    assert_eq!(requests(address, &handshake("/unknown", "")).await.0, 404);
}

async fn serves_pages(address: SocketAddr) {
    assert_eq!(gets(address, "/").await, (200, "index".to_owned()));
    assert_eq!(gets(address, "/chat").await, (200, "chat page".to_owned()));
    assert_eq!(gets(address, "/hello/Bob%20X").await, (200, "hello Bob X".to_owned()));
    assert_eq!(gets(address, "/unknown").await.0, 404);
    let post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(requests(address, post).await, (200, "hello".to_owned()));
}

#[tokio::test]
async fn services_are_the_fallback_of_an_axum_server() {
    let address = in_axum().await;
    talks(address).await;
    refuses(address).await;
    serves_pages(address).await;
}

#[tokio::test]
async fn services_stand_in_a_bare_hyper_server() {
    let address = in_hyper().await;
    talks(address).await;
    refuses(address).await;
}

#[tokio::test]
async fn an_axum_router_is_the_fallback_of_a_listener() {
    let address = with_fallback().await;
    talks(address).await;
    refuses(address).await;
    serves_pages(address).await;
}

#[tokio::test]
async fn a_service_and_a_page_share_a_connection() {
    let mut client = RawClient::connect(with_fallback().await).await;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.response().await.body, "index");
    client.upgrades("/chat/x").await;
    client.send_frame(TEXT, "who").await;
    client.expects(TEXT, "x").await;
}

#[tokio::test]
async fn the_caller_knows_its_peer() {
    knows_its_peer(with_fallback().await).await;
    knows_its_peer(in_hyper().await).await;
}

#[tokio::test]
async fn the_caller_knows_its_peer_in_an_axum_server() {
    knows_its_peer(in_axum().await).await;
}

async fn knows_its_peer(address: SocketAddr) {
    let mut client = PoliteClient::connect(address, "/chat/x").await;
    client.send("where").await;
    let answer = client.next().await.into_text().expect("it is text").to_string();
    assert!(answer.starts_with("Some(127.0.0.1:"), "{answer}");
}

/// The server of somebody else does not know of connections that are upgraded: their router ends them.
#[tokio::test]
async fn a_mounted_router_closes_its_connections() {
    let (socket, address) = socket().await;
    let router = services();
    let app = pages().fallback_service(router.clone());
    tokio::spawn(async move { axum::serve(socket, app).await });
    let mut clients = Vec::new();
    for name in ["ann", "bob", "eve"] {
        clients.push(PoliteClient::connect(address, &format!("/chat/{name}")).await);
    }
    let ending = tokio::spawn(async move { router.shut_down(Duration::from_mins(1)).await });
    for client in clients {
        assert_eq!(client.ended().await.0, 1001);
    }
    let ended = ending.await.expect("no panic");
    assert_eq!((ended.closed, ended.aborted), (3, 0));
    assert_eq!(PoliteClient::connect(address, "/chat/late").await.ended().await.0, 1001);

    let router = services();
    assert_eq!(router.shut_down(Duration::ZERO).await.closed, 0, "there is nobody");
}

#[tokio::test]
async fn a_mounted_router_breaks_off_who_does_not_answer() {
    let (socket, address) = socket().await;
    let router = services();
    let app = pages().fallback_service(router.clone());
    tokio::spawn(async move { axum::serve(socket, app).await });
    let mut client = RawClient::upgrade(address, "/chat/deaf").await;
    client.send_frame(TEXT, "who").await;
    client.expects(TEXT, "deaf").await;
    let ended = router.shut_down(Duration::from_millis(50)).await;
    assert_eq!((ended.closed, ended.aborted), (0, 1));
}

#[tokio::test]
async fn a_body_that_turns_out_too_long_fails_for_the_fallback() {
    let limits = RequestLimits::new().max_entity_body_size(10);
    let address = serve(Listener::new(0).request_limits(limits).fallback(pages())).await;
    let chunked = |length: usize| {
        let body = format!("{length:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(length));
        format!(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n{body}"
        )
    };
    assert_eq!(requests(address, &chunked(10)).await, (200, "x".repeat(10)));
    let (status, _) = requests(address, &chunked(11)).await;
    assert!((400..500).contains(&status), "{status}");
}
