//! Our client and servers that we did not write, and our own: what one says, the other hears.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use tests::raw_server::RawServer;
use tests::server::serve;
use tests::{ForeignServer, within};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use websocket::{Client, ClientBuilder, CloseCode, CloseFrame, Compression, Listener, Message, Prepared};

const BIG: usize = 2 << 20;

/// Echoes.
#[derive(Default)]
struct Echo;

#[websocket::service(path = "/", subprotocols = ["echo.v1"], max_frame_size = BIG, max_message_size = BIG)]
impl Echo {
    #[remote]
    fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

/// Connects and takes big messages.
fn builder(url: impl Into<String>) -> ClientBuilder {
    Client::builder(url).subprotocols(["echo.v2", "echo.v1"]).max_frame_size(BIG).max_message_size(BIG)
}

async fn connect(builder: ClientBuilder) -> Client {
    within("the connection", builder.connect()).await.expect("the server accepts")
}

async fn next(client: &mut Client) -> Message {
    let message = within("a message", client.read()).await.expect("the connection is not broken");
    message.expect("the connection has not ended")
}

/// Sends what a client can send, and hears the same. Leaves the connection open.
async fn converse(client: &mut Client) {
    assert_eq!(client.subprotocol().as_deref(), Some("echo.v1"));
    assert!(client.is_open());
    assert_eq!(client.close_status(), None);
    let messages = [
        Message::text(""),
        Message::text("hello"),
        Message::binary(&b""[..]),
        Message::binary(&b"\x00\xFFbytes"[..]),
        Message::text("日本 😀 ".repeat(100)),
        Message::text("x".repeat(65_535)),
        Message::text("y".repeat(65_536)),
        Message::binary(noise(200_000)),
        Message::text("long ".repeat(BIG / 5)),
        Message::text("the last"),
    ];
    for message in &messages {
        client.write(message.clone()).await.expect("it is open");
        assert_eq!(&next(client).await, message);
    }
    // Without waiting for the answers, in every way there is to write.
    client.write_text("1").await.expect("it is open");
    client.write_binary("2").await.expect("it is open");
    client.write_prepared(&Prepared::text("3")).await.expect("it is open");
    client.write_message(&4).await.expect("it is open");
    client.try_write_text("5").expect("there is room");
    client.try_write_binary("6").expect("there is room");
    client.try_write_prepared(&Prepared::text("7")).expect("there is room");
    client.try_write_message(&8).expect("there is room");
    client.try_write(&Message::text("9")).expect("there is room");
    for number in b'1'..=b'9' {
        assert_eq!(next(client).await.as_bytes(), [number]);
    }
}

/// Bytes that cannot be compressed.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// Closes from our side.
async fn leave(client: Client) {
    let client = client;
    let frame = CloseFrame::new(4001, "bye").expect("it may be sent");
    within("the answer", client.close(frame)).await.expect("the server answers");
    assert!(!client.is_open());
    assert_eq!(within("the end", client.read()).await.expect("it is no error"), None);
    assert_eq!(client.close_status().expect("the server has answered").0, 4001);
}

/// Is left by the server.
async fn is_left(client: Client, code: CloseCode, reason: &str) {
    assert_eq!(within("the end", client.read()).await.expect("it is no error"), None);
    within("the end", client.closed()).await;
    assert_eq!(client.close_status(), Some((code, reason)));
    assert!(!client.is_open());
    assert!(matches!(client.write_text("too late").await, Err(websocket::Error::Closed)));
}

async fn converses_with_a_foreign_server(mut server: ForeignServer, compression: Compression) {
    let builder = builder(server.url()).compression(compression);
    let mut client = connect(builder.clone()).await;
    converse(&mut client).await;
    client.write_text("fragments").await.expect("it is open");
    assert_eq!(next(&mut client).await, Message::text("fragments"));
    client.write_text("ping").await.expect("it is open");
    server.reports("pong \"are you there?\"").await;
    leave(client).await;
    server.reports("ended \"4001 bye\"").await;

    let client = connect(builder.clone()).await;
    client.write_text("close 4002 enough").await.expect("it is open");
    is_left(client, CloseFrame::new(4002, "").expect("it may be sent").code(), "enough").await;
    // The code comes back without the reason.
    server.reports("ended \"4002 \"").await;

    let client = connect(builder).await;
    client.write_text("vanish").await.expect("it is open");
    let error = within("the end", client.read()).await.expect_err("the server is gone");
    assert!(matches!(error, websocket::Error::Io(_)), "{error:?}");
    assert_eq!(within("the end", client.read()).await.expect("the error has been told"), None);
    assert_eq!(client.close_status(), Some((CloseCode::ABNORMAL, "")));
}

#[tokio::test]
async fn node_ws_serves_a_client_with_shared_compression() {
    converses_with_a_foreign_server(ForeignServer::node_ws().await, Compression::shared()).await;
}

#[tokio::test]
async fn node_ws_serves_a_client_with_dedicated_compression() {
    converses_with_a_foreign_server(ForeignServer::node_ws().await, Compression::dedicated().threshold(0)).await;
}

#[tokio::test]
async fn node_ws_serves_a_client_with_small_windows() {
    let compression = Compression::dedicated().window_bits(9).threshold(0);
    converses_with_a_foreign_server(ForeignServer::node_ws().await, compression).await;
}

#[tokio::test]
async fn node_ws_serves_a_client_without_compression() {
    converses_with_a_foreign_server(ForeignServer::node_ws().await, Compression::off()).await;
}

#[tokio::test]
async fn python_websockets_serves_a_client_with_shared_compression() {
    converses_with_a_foreign_server(ForeignServer::python_websockets().await, Compression::shared()).await;
}

#[tokio::test]
async fn python_websockets_serves_a_client_with_dedicated_compression() {
    let compression = Compression::dedicated().window_bits(11).threshold(0);
    converses_with_a_foreign_server(ForeignServer::python_websockets().await, compression).await;
}

#[tokio::test]
async fn a_ping_of_the_client_arrives() {
    let mut server = ForeignServer::node_ws().await;
    let client = connect(builder(server.url())).await;
    client.ping("hello").await.expect("it is open");
    server.reports("ping \"hello\"").await;
    client.pong("unasked").await.expect("it is open");
    server.reports("pong \"unasked\"").await;
    assert!(matches!(client.ping([0; 126]).await, Err(websocket::Error::ControlTooLong { length: 126 })));
}

/// An echo on tokio-tungstenite, which chooses `echo.v1`.
async fn tungstenite() -> SocketAddr {
    #[expect(clippy::result_large_err, clippy::unnecessary_wraps, reason = "tungstenite's signature")]
    fn choose(
        _: &Request,
        mut response: Response,
    ) -> Result<Response, tokio_tungstenite::tungstenite::handshake::server::ErrorResponse> {
        response.headers_mut().insert("sec-websocket-protocol", "echo.v1".parse().expect("it is ASCII"));
        Ok(response)
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut socket = accept_hdr_async(stream, choose).await.expect("the handshake is right");
            tokio::spawn(async move {
                while let Some(message) = socket.next().await {
                    let message = message.expect("the client keeps the rules");
                    if message.is_text() || message.is_binary() {
                        socket.send(message).await.expect("the client reads");
                    }
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn tungstenite_serves_a_client() {
    let mut client = connect(builder(format!("ws://{}/", tungstenite().await))).await;
    converse(&mut client).await;
    leave(client).await;
}

#[tokio::test]
async fn our_listener_serves_a_client_that_knows_its_name() {
    let address = serve(Listener::new(0).service::<Echo>()).await;
    let mut client = connect(builder(format!("ws://localhost:{}/?a=b", address.port()))).await;
    converse(&mut client).await;
    leave(client).await;
}

#[tokio::test]
async fn many_clients_write_and_read_at_once() {
    let address = serve(Listener::new(0).service::<Echo>()).await;
    let clients = (0..20).map(async |number| {
        let mut client = connect(builder(format!("ws://{address}/"))).await;
        let caller = client.writer().clone();
        let writing = async {
            for index in 0..1000 {
                caller.write_text(format!("{number}.{index}")).await.expect("it is open");
            }
        };
        let reading = async {
            for index in 0..1000 {
                assert_eq!(next(&mut client).await, Message::text(format!("{number}.{index}")));
            }
        };
        tokio::join!(writing, reading);
        leave(client).await;
    });
    futures_util::future::join_all(clients).await;
}

/// What the socket does not take at once, the task of the connection writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_socket_does_not_take_is_written_later() {
    let server = RawServer::bind().await;
    let (client, peer) =
        tokio::join!(Client::builder(server.url("/")).compression(Compression::off()).connect(), server.upgrade(""));
    let (client, mut peer) = (client.expect("the server accepts"), peer);
    let message = vec![7; 600_000];
    for _ in 0..30 {
        let writing = within("room", client.write_binary(&message));
        let reading = async {
            let mut rest = message.len();
            while rest > 0 {
                let frame = peer.frame().await.expect("the connection has not ended");
                rest -= frame.payload.len();
            }
        };
        tokio::join!(async { writing.await.expect("it is open") }, reading);
    }
}

/// How many bytes a conversation takes, those of the client first.
async fn traffic(client: Compression, server: Compression) -> (u64, u64) {
    let address = serve(Listener::new(0).compression(server).service::<Echo>()).await;
    let relay = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("ws://{}/", relay.local_addr().expect("it listens"));
    let (counted, counts) = oneshot::channel();
    tokio::spawn(async move {
        let (mut inner, _) = relay.accept().await.expect("the client connects");
        let mut outer = TcpStream::connect(address).await.expect("the server listens");
        let counts = copy_bidirectional(&mut inner, &mut outer).await.expect("nobody resets the connection");
        counted.send(counts).expect("the test waits");
    });
    let mut client = connect(builder(url).compression(client)).await;
    for _ in 0..10 {
        let text = sentence();
        client.write_text(&text).await.expect("it is open");
        assert_eq!(next(&mut client).await, Message::Text(text));
    }
    leave(client).await;
    within("the end", counts).await.expect("the relay counts")
}

/// Says every word twice.
fn sentence() -> String {
    let letters: String = noise(1500).iter().map(|byte| char::from(byte % 26 + b'a')).collect();
    let words = letters.as_bytes().chunks(15).map(String::from_utf8_lossy);
    words.flat_map(|word| [word.clone(), word]).collect()
}

#[tokio::test]
async fn compression_is_what_both_ends_agree_on() {
    let [off, shared, dedicated] = [Compression::off(), Compression::shared(), Compression::dedicated()];
    let plain = traffic(off, off).await;
    for (client, server) in [(off, shared), (shared, off), (dedicated, off), (off, dedicated)] {
        let (up, down) = traffic(client, server).await;
        // Only the offer is longer.
        assert!(up >= plain.0 && down >= plain.1 && up < plain.0 + 200, "{client:?} with {server:?}: {up}, {down}");
    }
    let alone = traffic(shared, shared).await;
    assert!(alone.0 < plain.0 * 3 / 4 && alone.1 < plain.1 * 3 / 4, "{alone:?} of {plain:?}");
    for (client, server) in [(shared, dedicated), (dedicated, shared)] {
        let (up, down) = traffic(client, server).await;
        let allowed = |bytes: u64| bytes + 200;
        assert!(up < allowed(alone.0) && down < allowed(alone.1), "{client:?} with {server:?}: {up}, {down}");
        assert!(up + 500 > alone.0 && down + 500 > alone.1, "{client:?} with {server:?}: {up}, {down}");
    }
    let together = traffic(dedicated, dedicated).await;
    // The same text ten times: every repetition refers to the first.
    assert!(together.0 < alone.0 / 4 && together.1 < alone.1 / 4, "{together:?} of {alone:?}");
}
