//! Attacks on the listener: the service to the others goes on, what was taken is given back, and each ends as documented.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use tests::raw::{CLOSE, RawClient, TEXT, close_payload, frame, handshake};
use tests::server::serve;
use tests::within;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use websocket::{Listener, RequestLimits};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/echo")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

async fn start(listener: Listener) -> SocketAddr {
    rlimit::increase_nofile_limit(20_000).expect("the limit of open files can be read");
    serve(listener.service::<Echo>()).await
}

/// Somebody who was there before the attack.
struct Regular(RawClient);

impl Regular {
    async fn arrives(address: SocketAddr) -> Self {
        Self(RawClient::upgrade(address, "/echo").await)
    }

    async fn is_served(&mut self) {
        self.0.send_frame(TEXT, "hello").await;
        self.0.expects(TEXT, "hello").await;
    }
}

/// Sends a request, and returns everything that comes back until the server ends the connection, however it does so.
async fn last_words(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    let mut answer = Vec::new();
    // A server that has heard enough does not read the rest.
    let _ = within("the request to be sent", stream.write_all(request)).await;
    let _ = stream.shutdown().await;
    let _ = within("the end of the connection", stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Returns the statuses of all responses in a text.
fn statuses(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 ")?.split(' ').next()).collect()
}

/// Sends a byte of a request now and then, for as long as the server listens, and returns how many it took.
async fn dribble(address: SocketAddr) -> usize {
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    let request = handshake("/echo", "");
    for (sent, byte) in request.as_bytes().iter().enumerate() {
        if stream.write_all(&[*byte]).await.is_err() {
            return sent;
        }
        let mut answer = [0];
        match tokio::time::timeout(Duration::from_millis(250), stream.read(&mut answer)).await {
            Err(_) => {}
            Ok(Ok(0) | Err(_)) => return sent,
            Ok(Ok(_)) => panic!("a request that has not ended is not answered"),
        }
    }
    request.len()
}

#[tokio::test]
async fn two_thousand_dribbling_handshakes_are_broken_off() {
    let address = start(Listener::new(0).handshake_timeout(Duration::from_secs(2))).await;
    let mut regular = Regular::arrives(address).await;
    let dribbling = tokio::spawn(join_all((0..2_000).map(move |_| dribble(address))));
    while !dribbling.is_finished() {
        regular.is_served().await;
        Regular::arrives(address).await.is_served().await;
        tokio::task::yield_now().await;
    }
    let sent: Vec<usize> = dribbling.await.expect("no panic");
    assert!(sent.iter().all(|sent| *sent < 100), "none got its request through: {sent:?}");
}

#[tokio::test]
async fn two_thousand_headers_are_too_many() {
    let address = start(Listener::new(0)).await;
    let mut regular = Regular::arrives(address).await;
    let many = "X-One: x\r\n".repeat(2_000);
    let answer = last_words(address, handshake("/echo", &many).as_bytes()).await;
    assert_eq!(statuses(&answer), ["431"], "{answer}");
    regular.is_served().await;
}

#[tokio::test]
async fn a_mebibyte_of_header_is_too_large() {
    let address = start(Listener::new(0)).await;
    let mut regular = Regular::arrives(address).await;
    let large = format!("X-Large: {}\r\n", "x".repeat(1 << 20));
    let answer = last_words(address, handshake("/echo", &large).as_bytes()).await;
    // The answer may be lost: the server does not read to the end what it refuses.
    assert!(["431"].starts_with(&statuses(&answer)), "{answer}");
    let endless_name = format!("{}: x\r\n", "X".repeat(1 << 20));
    let answer = last_words(address, handshake("/echo", &endless_name).as_bytes()).await;
    assert!(["431"].starts_with(&statuses(&answer)), "{answer}");
    let endless_target = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(1 << 20));
    let answer = last_words(address, endless_target.as_bytes()).await;
    assert!(["431"].starts_with(&statuses(&answer)), "the line does not end within what is read: {answer}");
    regular.is_served().await;
}

/// Shapes in which a proxy in front might see another request than we do. None is answered with 101, and what comes behind is
/// never taken for a request of its own.
#[tokio::test]
async fn smuggled_requests_are_refused() {
    let address = start(Listener::new(0)).await;
    let mut regular = Regular::arrives(address).await;
    let smuggled = handshake("/echo", "");
    let shapes = [
        ("both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("both lengths, chunked first", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
        ("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
        ("a list of lengths", "Content-Length: 5, 6\r\n", "hello"),
        ("a signed length", "Content-Length: +5\r\n", "hello"),
        ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("chunked, but not last", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ("chunked in disguise", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ("a space before the colon", "Content-Length : 5\r\n", "hello"),
        ("a folded header", "X-Folded: a\r\n Content-Length: 5\r\n", "hello"),
        ("a bare carriage return", "X-Bare: a\rContent-Length: 5\r\n", "hello"),
        ("a body", "Content-Length: 5\r\n", "hello"),
        ("a chunked body", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        ("two hosts", "Host: other\r\n", ""),
        ("two keys", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", ""),
    ];
    for (name, headers, body) in shapes {
        let request = format!("{}{body}", handshake("/echo", headers));
        let answer = last_words(address, request.as_bytes()).await;
        assert_eq!(statuses(&answer), ["400"], "{name}: {answer}");
        // Behind it stands a good request. Only whoever agrees with us about where the first one ends is answered twice.
        let answer = last_words(address, format!("{request}{smuggled}").as_bytes()).await;
        let answers = statuses(&answer);
        assert_eq!(answers.first(), Some(&"400"), "{name}: {answer}");
        let is_clear = ["a body", "a chunked body", "two hosts", "two keys"].contains(&name);
        assert!(answers.len() == 1 || is_clear, "{name}: {answer}");
    }
    regular.is_served().await;
}

#[tokio::test]
async fn a_request_without_a_host_is_refused() {
    let address = start(Listener::new(0)).await;
    let answer = last_words(address, handshake("/echo", "").replace("Host: localhost\r\n", "").as_bytes()).await;
    assert_eq!(statuses(&answer), ["400"], "{answer}");
}

/// Bytes behind the request are the first of the connection, not another request.
#[tokio::test]
async fn pipelined_bytes_belong_to_the_connection() {
    let address = start(Listener::new(0)).await;
    let mut client = RawClient::connect(address).await;
    let bytes = [handshake("/echo", "").into_bytes(), frame(TEXT, "early"), frame(CLOSE, close_payload(1000, ""))];
    client.send(bytes.concat()).await;
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, "early").await;
    client.is_closed_with(1000).await;

    // A second request is read as a frame, and there is none that begins like this.
    let mut client = RawClient::connect(address).await;
    client.send([handshake("/echo", ""), handshake("/echo", "")].concat()).await;
    assert_eq!(client.response().await.status, 101);
    client.is_closed_with(1002).await;

    // A plain request before the upgrade is answered first.
    let page = format!("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n{}", handshake("/echo", ""));
    let mut client = RawClient::connect(address).await;
    client.send([page.into_bytes(), frame(TEXT, "late")].concat()).await;
    assert_eq!(client.response().await.status, 404);
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, "late").await;
}

/// 20 000 who all want in, where there is room for 1 000.
#[tokio::test]
async fn a_burst_of_connections_fills_the_room_and_no_more() {
    const ROOM: usize = 1_000;
    const CLIENTS: usize = 20_000;
    // Those who have got their answer, and whose end has not been noticed yet, do not keep others from theirs.
    let address = start(Listener::new(0).max_connections(ROOM).max_http_connections(CLIENTS)).await;
    let mut regular = Regular::arrives(address).await;
    // Far more at once than there is room for, and so few that even a busy machine answers each in time.
    let at_once = Arc::new(Semaphore::new(2_000));
    let burst = (0..CLIENTS).map(|_| {
        let at_once = Arc::clone(&at_once);
        async move {
            let _permit = at_once.acquire().await.expect("it stays open");
            let mut client = RawClient::connect(address).await;
            client.send(handshake("/echo", "")).await;
            let response = client.response().await;
            (response.status == 101)
                .then_some(client)
                .ok_or((response.status, response.header("retry-after").is_some()))
        }
    });
    let mut burst: FuturesUnordered<_> = burst.map(tokio::spawn).collect();
    let mut inside = Vec::new();
    while let Some(client) = within("an answer", burst.next()).await {
        match client.expect("no panic") {
            Ok(client) => inside.push(client),
            Err(refusal) => assert_eq!(refusal, (503, true)),
        }
        if inside.len() % 100 == 1 {
            regular.is_served().await;
        }
    }
    assert_eq!(inside.len(), ROOM - 1, "and the one who was there before");
    for client in &mut inside {
        client.send_frame(TEXT, "in").await;
        client.expects(TEXT, "in").await;
    }
    drop(inside);
    regular.is_served().await;
    // All room is free again.
    within("room for all", async {
        loop {
            let clients = join_all((1..ROOM).map(|_| enters(address))).await;
            if clients.iter().all(Option::is_some) {
                break;
            }
        }
    })
    .await;
}

async fn enters(address: SocketAddr) -> Option<RawClient> {
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/echo", "")).await;
    (client.response().await.status == 101).then_some(client)
}

/// A fallback that reads its body hears when there is too much of it, and the others do not.
#[tokio::test]
async fn an_endless_body_is_not_collected() {
    let reads = Router::new().route("/", post(|body: Bytes| async move { body.len().to_string() }));
    let limits = RequestLimits::new().max_entity_body_size(1_000);
    let address = start(Listener::new(0).request_limits(limits).fallback(reads)).await;
    let mut regular = Regular::arrives(address).await;
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("the server reads");
    let chunk = format!("{:x}\r\n{}\r\n", 10_000, "x".repeat(10_000));
    let ended: io::Result<()> = within("the server to have had enough", async {
        loop {
            stream.write_all(chunk.as_bytes()).await?;
        }
    })
    .await;
    assert!(ended.is_err());
    regular.is_served().await;
}
