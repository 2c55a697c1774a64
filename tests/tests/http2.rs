//! WebSocket over HTTP/2, as RFC 8441 and RFC 9113 have it: the shapes of requests and answers, what a connection may have, and its end.

use std::{future::pending, net::SocketAddr, time::Duration};

use axum::{Router, response::Html, routing::get};
use h2::{Reason, client::SendRequest, ext::Protocol};
use http::{Request, request::Builder};
use tests::{
    ForeignClient,
    certificates::Authority,
    http2::{Http2Client, Http2Stream, handshake},
    log::Log,
    raw::{CLOSE, RawClient, Response, TEXT, close_payload, frame},
    server::{Entries, Journal, journal, serve},
    tls::TlsClient,
    within,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    time::Instant,
};
use websocket::{CloseCode, Http2Config, Listener, ListenerConfig, RequestLimits, TlsConfig, UpgradeRequest};

/// Greets with the version of HTTP, echoes, and writes down its end.
struct Chat {
    greeting: String,
    journal: Journal,
}

#[websocket::service(path = "/chat/<name>", subprotocols = ["chat"], state = Journal)]
impl Chat {
    #[upgrade]
    fn accept(name: String, request: &UpgradeRequest, journal: &Journal) -> Self {
        Self { greeting: format!("{name} over {:?}", request.version()), journal: journal.clone() }
    }

    #[remote]
    fn on_open(&mut self) -> String {
        self.greeting.clone()
    }

    #[remote]
    async fn on_text_message(&mut self, text: String) -> String {
        match text.as_str() {
            "wait" => pending().await,
            _ => text,
        }
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.journal.note(u16::from(status).to_string());
    }
}

fn pages() -> Router {
    Router::new().route("/", get(Html("<title>chat</title>")))
}

async fn start(set: impl FnOnce(Listener) -> Listener) -> (SocketAddr, Entries) {
    let (journal, entries) = journal();
    let listener = Listener::new(0).service_with::<Chat>(journal).fallback(pages()).http2(Http2Config::new());
    (serve(set(listener)).await, entries)
}

fn connect(target: &str) -> Builder {
    Request::connect(format!("http://localhost{target}"))
        .extension(Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13")
}

/// One connection of a client.
struct Connection {
    address: SocketAddr,
    client: Http2Client,
}

impl Connection {
    fn to(address: SocketAddr) -> Self {
        Self { address, client: Http2Client::default() }
    }

    async fn asks(&self, request: Builder) -> (Response, Http2Stream) {
        let connect = async || TcpStream::connect(self.address).await.expect("it listens");
        self.client.asks(connect, request.body(()).expect("the request is valid")).await
    }

    async fn status(&self, request: Builder) -> u16 {
        self.asks(request).await.0.status
    }

    async fn opens(&self, name: &str) -> RawClient<Http2Stream> {
        let (response, stream) = self.asks(connect(&format!("/chat/{name}"))).await;
        assert_eq!(response.status, 200, "{response:?}");
        let mut client = RawClient::new(stream);
        client.expects(TEXT, format!("{name} over HTTP/2.0")).await;
        client
    }
}

async fn echoes(client: &mut RawClient<Http2Stream>) {
    client.send_frame(TEXT, "hello").await;
    client.expects(TEXT, "hello").await;
}

#[tokio::test]
async fn rfc8441_5_1_the_shape_of_an_answer() {
    let (address, _entries) = start(|listener| listener.server_name("chat")).await;
    let request = connect("/chat/a?x=y")
        .header("sec-websocket-protocol", "other, chat")
        .header("sec-websocket-extensions", "permessage-deflate");
    let (response, _stream) = Connection::to(address).asks(request).await;
    assert_eq!((response.status, response.header("sec-websocket-protocol")), (200, Some("chat")));
    assert!(response.header("sec-websocket-extensions").is_some_and(|it| it.starts_with("permessage-deflate")));
    assert_eq!(response.header("server"), Some("chat"));
    for name in ["sec-websocket-accept", "upgrade", "connection", "content-length", "transfer-encoding"] {
        assert_eq!(response.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn what_opens_nothing() {
    let (address, _entries) = start(|listener| listener).await;
    let connection = Connection::to(address);
    let other = Request::connect("http://localhost/chat/a").extension(Protocol::from_static("connect-udp"));
    assert_eq!(connection.status(other.header("sec-websocket-version", "13")).await, 501);
    let (response, _) = connection.asks(Request::get("http://localhost/chat/a")).await;
    assert_eq!((response.status, response.header("upgrade")), (400, None));
    assert_eq!(response.body, "request is no `CONNECT` with the `:protocol` `websocket`");
    assert_eq!(connection.status(Request::connect("http://localhost/chat/a")).await, 404, "there is no path");
    let no_version = Request::connect("http://localhost/chat/a").extension(Protocol::from_static("websocket"));
    assert_eq!(connection.status(no_version).await, 400);
    assert_eq!(connection.status(connect("/unknown")).await, 404);
    // The connection is none the worse.
    echoes(&mut connection.opens("a").await).await;
}

#[tokio::test]
async fn rfc8441_5_the_ends_of_a_stream() {
    let (address, mut entries) = start(|listener| listener).await;
    let connection = Connection::to(address);
    // The closing handshake, then END_STREAM from both.
    let mut client = connection.opens("a").await;
    client.send_frame(CLOSE, close_payload(4000, "")).await;
    client.is_closed_with(4000).await;
    entries.expect(&["4000"]).await;
    // END_STREAM alone is the end of TCP.
    let mut client = connection.opens("a").await;
    client.send_end().await;
    entries.expect(&["1006"]).await;
    // RST_STREAM is its reset.
    let (mut sending, _receiving) = connection.opens("a").await.into_stream().into_parts();
    sending.send_reset(Reason::CANCEL);
    entries.expect(&["1006"]).await;
    echoes(&mut connection.opens("a").await).await;
}

#[tokio::test]
async fn requests_have_the_limits_of_the_listener() {
    let limits = RequestLimits::new().max_uri_length(200).max_header_size(300).max_headers(5);
    let (address, _entries) = start(|listener| listener.request_limits(limits)).await;
    let connection = Connection::to(address);
    assert_eq!(connection.status(connect(&format!("/chat/{}", "x".repeat(200)))).await, 414);
    assert_eq!(connection.status(connect("/chat/a").header("x-long", "x".repeat(300))).await, 431);
    // HTTP/2 itself refuses what it does not even read to the end.
    assert_eq!(connection.status(connect("/chat/a").header("x-long", "x".repeat(100_000))).await, 431);
    let many = (0..6).fold(connect("/chat/a"), |request, number| request.header(format!("x-{number}"), "x"));
    assert_eq!(connection.status(many).await, 431);
    echoes(&mut connection.opens("a").await).await;
}

#[tokio::test]
async fn a_connection_has_only_so_many_streams() {
    let config = Http2Config::new().max_concurrent_streams(2);
    let (address, _entries) = start(|listener| listener.http2(config)).await;
    let sender = handshake(TcpStream::connect(address).await.expect("it listens")).await;
    assert_eq!(sender.current_max_send_streams(), 2);
    let connection = Connection::to(address);
    let (mut first, _second) = (connection.opens("a").await, connection.opens("b").await);
    let third = connection.opens("c");
    let leaving = async {
        echoes(&mut first).await;
        first.send_frame(CLOSE, close_payload(1000, "")).await;
        first.is_closed_with(1000).await;
        drop(first);
    };
    let (mut third, ()) = tokio::join!(third, leaving);
    echoes(&mut third).await;
}

#[tokio::test]
async fn a_service_that_waits_holds_up_no_other_stream() {
    let (address, _entries) = start(|listener| listener).await;
    let connection = Connection::to(address);
    let (waiting, mut other) = (connection.opens("a").await, connection.opens("b").await);
    let (mut sending, _receiving) = waiting.into_stream().into_parts();
    // More than is read ahead, and than the window of a stream has room for.
    let flood = [frame(TEXT, "wait"), frame(TEXT, "x".repeat(60_000)).repeat(10)].concat();
    sending.send_data(flood.into(), false).expect("the stream is open");
    for _ in 0..100 {
        echoes(&mut other).await;
    }
}

#[tokio::test]
async fn each_stream_counts() {
    let (address, _entries) = start(|listener| listener.max_connections(1)).await;
    let connection = Connection::to(address);
    let _first = connection.opens("a").await;
    let (response, _) = connection.asks(connect("/chat/b")).await;
    assert_eq!((response.status, response.header("retry-after")), (503, Some("10")));
    assert_eq!(connection.status(Request::get("http://localhost/")).await, 200);

    // The TCP connection, and a stream.
    let (address, _entries) = start(|listener| listener.max_connections_per_address(2)).await;
    let connection = Connection::to(address);
    let _first = connection.opens("a").await;
    assert_eq!(connection.status(connect("/chat/b")).await, 429);
}

#[tokio::test]
async fn a_connection_takes_up_its_place_as_long_as_it_lives() {
    let (address, _entries) = start(|listener| listener.max_http_connections(1)).await;
    let connection = Connection::to(address);
    let mut first = connection.opens("a").await;
    assert_eq!(Connection::to(address).status(connect("/chat/b")).await, 503);
    echoes(&mut first).await;
    assert_eq!(connection.opens("b").await.into_stream().into_parts().0.stream_id().as_u32() % 2, 1);
}

/// Waits for the end of a connection whose requests this sends.
async fn is_sent_away(mut sender: SendRequest<bytes::Bytes>) -> h2::Error {
    within("the end of the connection", async {
        loop {
            match sender.clone().ready().await {
                Err(error) => return error,
                Ok(ready) => {
                    sender = ready;
                    tokio::task::yield_now().await;
                }
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_connection_without_anything_ends() {
    let config = Http2Config::new().idle_timeout(Duration::from_millis(50));
    let (address, _entries) = start(|listener| listener.http2(config)).await;
    let sender = handshake(TcpStream::connect(address).await.expect("it listens")).await;
    let error = is_sent_away(sender).await;
    assert!(error.is_go_away() || error.is_io(), "{error}");

    // Not while there is a WebSocket connection.
    let connection = Connection::to(address);
    let mut client = connection.opens("a").await;
    let other = handshake(TcpStream::connect(address).await.expect("it listens")).await;
    is_sent_away(other).await;
    echoes(&mut client).await;
    echoes(&mut connection.opens("b").await).await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_no_ping_is_gone() {
    let config = Http2Config::new().ping_interval(Duration::from_secs(3)).pong_timeout(Duration::from_secs(4));
    let (address, _entries) = start(|listener| listener.http2(config)).await;
    let begin = Instant::now();
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    // The preface, and empty settings; then nothing more.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("the server reads");
    let mut received = Vec::new();
    drop(within("the end", stream.read_to_end(&mut received)).await); // also by a reset
    let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0];
    assert!(received.windows(ping.len()).any(|bytes| bytes == ping), "{received:?}");
    // The clock stands still unless everybody waits.
    let time = begin.elapsed();
    assert!((Duration::from_secs(7)..Duration::from_secs(8)).contains(&time), "{time:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_is_not_waited_for() {
    let (address, _entries) = start(|listener| listener.handshake_timeout(Duration::from_secs(3))).await;
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    assert_eq!(within("the end", stream.read(&mut [0])).await.expect("it ends"), 0);
}

#[tokio::test]
async fn streams_that_are_reset_at_once_again_and_again() {
    let (log, _guard) = Log::listen();
    let (address, _entries) = start(|listener| listener).await;
    let mut sender = handshake(TcpStream::connect(address).await.expect("it listens")).await;
    let flood = async {
        for number in 0.. {
            if number % 100 == 0 {
                tokio::task::yield_now().await;
            }
            let request = connect("/chat/a").body(()).expect("the request is valid");
            match sender.clone().ready().await {
                Err(error) => return error,
                Ok(ready) => sender = ready,
            }
            match sender.send_request(request, false) {
                Err(error) => return error,
                Ok((_, mut stream)) => stream.send_reset(Reason::CANCEL),
            }
        }
        unreachable!("the flood has no end of its own")
    };
    let error = within("the end of the flood", flood).await;
    // What it sent last may have been overtaken by the end of TCP.
    assert!(error.is_io() || error.reason() == Some(Reason::ENHANCE_YOUR_CALM), "{error}");
    log.tells("detected excessive load generating behavior").await;
    echoes(&mut Connection::to(address).opens("a").await).await;
}

#[tokio::test]
async fn the_end_of_the_server() {
    let (journal, mut entries) = journal();
    let listener = Listener::new(0).service_with::<Chat>(journal).http2(Http2Config::new());
    let bound = listener.host("127.0.0.1").bind().await.expect("the listener binds");
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(bound.serve_until(async { drop(stopped.await) }));
    let (connection, silent) = (Connection::to(address), TcpStream::connect(address).await.expect("it listens"));
    let idle = handshake(TcpStream::connect(address).await.expect("it listens")).await;
    let mut clients = [connection.opens("a").await, connection.opens("b").await];
    stop.send(()).expect("the server runs");
    for client in &mut clients {
        assert_eq!(client.closing().await.0, 1001);
        client.send_frame(CLOSE, close_payload(1001, "")).await;
        client.ends().await;
    }
    entries.expect(&["1001", "1001"]).await;
    let shutdown = within("the end of the server", serving).await.expect("no panic").expect("no error");
    assert_eq!((shutdown.closed, shutdown.aborted), (2, 0));
    let error = is_sent_away(idle).await;
    assert!(error.is_go_away() || error.is_io(), "{error}");
    drop(silent);
}

#[tokio::test]
async fn http_1_1_beside_it_and_alone() {
    let (address, _entries) = start(|listener| listener).await;
    for path in ["/chat/a", "/chat/b"] {
        RawClient::upgrade(address, path).await.frame().await.expect("a greeting");
    }
    let mut client = RawClient::connect(address).await;
    // A method that begins like HTTP/2.
    client.send("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(client.response().await.status, 405);

    let alone = serve(Listener::new(0).fallback(pages())).await;
    let mut client = RawClient::connect(alone).await;
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    client.ends().await;
}

#[tokio::test]
async fn settings_out_of_their_bounds() {
    for (config, text) in [
        (
            Http2Config::new().max_concurrent_streams(0),
            "invalid `http2.max_concurrent_streams` of the listener: must be at least 1",
        ),
        (
            Http2Config::new().pong_timeout(Duration::ZERO),
            "invalid `http2.pong_timeout` of the listener: must be greater than 0",
        ),
    ] {
        let error = Listener::new(0).http2(config).bind().await.expect_err("the setting is refused").to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[tokio::test]
async fn settings_from_a_file() {
    let file = "[http2]\nmax_concurrent_streams = 7\nidle_timeout = 1\nping_interval = 2.5\npong_timeout = 3";
    let config: ListenerConfig = toml::from_str(file).expect("the settings are known");
    let http2 = Http2Config::new()
        .max_concurrent_streams(7)
        .idle_timeout(Duration::from_secs(1))
        .ping_interval(Duration::from_millis(2500))
        .pong_timeout(Duration::from_secs(3));
    let [read, built] = [Listener::new(0).config(config), Listener::new(0).http2(http2)];
    assert_eq!(format!("{read:?}"), format!("{built:?}"));
}

#[tokio::test]
async fn alpn_chooses_the_version() {
    let authority = Authority::new("ca");
    let server = authority.server();
    let tls = TlsConfig::from_pem(server.certificate, server.key);
    let (address, _entries) = start(|listener| listener.tls(tls.clone())).await;
    let client = TlsClient::new(&authority);
    let agreed = async |address, offered: &[&str]| {
        let stream = client.clone().alpn(offered).connect(address).await;
        stream.get_ref().1.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned())
    };
    for (offered, expected) in [(&["http/1.1", "h2"][..], Some("h2")), (&["http/1.1"], Some("http/1.1")), (&[], None)] {
        assert_eq!(agreed(address, offered).await.as_deref(), expected);
    }
    // Who names nothing speaks HTTP/1.1.
    let mut plain = RawClient::new(client.connect(address).await);
    plain.upgrades("/chat/a").await;
    plain.expects(TEXT, "a over HTTP/1.1").await;
    let alone = serve(Listener::new(0).tls(tls)).await;
    assert_eq!(agreed(alone, &["h2", "http/1.1"]).await.as_deref(), Some("http/1.1"));
}

/// Chromium opens a WebSocket connection in the HTTP/2 connection that has loaded the page.
#[tokio::test]
async fn chromium_talks_over_http_2() {
    let server = Authority::new("ca").server();
    let tls = TlsConfig::from_pem(server.certificate.as_str(), server.key.as_str());
    let (address, mut entries) = start(|listener| listener.tls(tls)).await;
    let mut client = ForeignClient::browser(address, "/chat/page", &[&server.public_key_hash()]);
    client.expects("opened", ()).await;
    client.expects("heard", "page over HTTP/2.0").await;
    client.tell("say", "日本 😀").await;
    client.expects("heard", "日本 😀").await;
    client.tell("leave", ()).await;
    client.expects("ended", "1000").await;
    entries.expect(&["1000"]).await;
}
