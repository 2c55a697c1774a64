//! Services over TLS: what both sides see of it, when it works and when it does not.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tests::{
    certificates::{Authority, Identity},
    log::Log,
    polite::PoliteClient,
    raw::{PING, PONG, RawClient, TEXT, frame, handshake},
    server::{Journal, journal, serve},
    tls::TlsClient,
    within,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    sync::oneshot,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        pki_types::ServerName,
        version::{TLS12, TLS13},
    },
};
use websocket::{
    Caller, ClientCertificates, CloseCode, Error, Listener, TlsConfig, TlsInfo, TlsVersion, UpgradeRequest,
};

/// Echoes, says what it knows about TLS, and writes down its end.
struct Echo {
    tls_of_request: String,
    journal: Journal,
}

#[websocket::service(path = "/echo", state = Journal)]
impl Echo {
    #[upgrade]
    fn accept(request: &UpgradeRequest, journal: &Journal) -> Self {
        assert_eq!(request.is_secure(), request.tls().is_some());
        Self { tls_of_request: describe(request.tls()), journal: journal.clone() }
    }

    #[remote]
    fn on_text_message(&mut self, caller: &Caller, text: &str) -> String {
        assert_eq!(caller.is_secure(), caller.tls().is_some());
        match text {
            "tls" => {
                assert_eq!(describe(caller.tls()), self.tls_of_request);
                self.tls_of_request.clone()
            }
            text => text.to_owned(),
        }
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.journal.note(status.to_string());
    }

    #[remote]
    fn on_error(&mut self, error: &Error) {
        self.journal.note(error.to_string());
    }
}

fn describe(tls: Option<&TlsInfo>) -> String {
    let Some(tls) = tls else { return "plain".to_owned() };
    let alpn = tls.alpn().map(String::from_utf8_lossy);
    let chain: Vec<usize> = tls.client_certificate_chain().map(<[u8]>::len).collect();
    assert_eq!(tls.client_certificate().map(<[u8]>::len), chain.first().copied());
    format!("{} {} {:?} {alpn:?} {chain:?}", tls.version(), tls.cipher_suite(), tls.server_name())
}

fn config(identity: &Identity) -> TlsConfig {
    TlsConfig::from_pem(identity.certificate.as_str(), identity.key.as_str())
}

async fn serve_echo(config: TlsConfig) -> SocketAddr {
    serve(Listener::new(0).service_with::<Echo>(journal().0).tls(config)).await
}

/// Talks on a connection that stands.
async fn talks<S: AsyncRead + AsyncWrite + Unpin>(stream: S) {
    let (mut client, _) = PoliteClient::upgrade(stream, "wss://localhost/echo").await;
    client.send("hello").await;
    client.hears("hello").await;
    let long = "x".repeat(60_000);
    client.send(long.as_str()).await;
    client.hears(&long).await;
    assert_eq!(client.close(4000, "bye").await.0, 4000);
}

async fn tls_of<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> String {
    let (mut client, _) = PoliteClient::upgrade(stream, "wss://localhost/echo").await;
    client.send("tls").await;
    client.next().await.into_text().expect("it is text").to_string()
}

/// Completes the handshake as far as the client sees it, then waits for what the server thinks of it: with TLS 1.3 the client is done
/// before the server has seen its certificate.
async fn refusal(client: &TlsClient, address: SocketAddr) -> io::Error {
    match client.try_connect(address).await {
        Err(error) => error,
        Ok(mut stream) => {
            let read = within("the server's refusal", stream.read(&mut [0])).await;
            read.expect_err("the server refuses")
        }
    }
}

#[tokio::test]
async fn a_connection_over_each_version() {
    let authority = Authority::new("ca");
    let address = serve_echo(config(&authority.server())).await;
    for version in [&TLS12, &TLS13] {
        talks(TlsClient::new(&authority).version(version).connect(address).await).await;
    }
}

#[tokio::test]
async fn bytes_behind_the_request_are_not_lost() {
    let authority = Authority::new("ca");
    let address = serve_echo(config(&authority.server())).await;
    let mut client = RawClient::new(TlsClient::new(&authority).connect(address).await);
    client.send([handshake("/echo", "").into_bytes(), frame(TEXT, "early"), frame(PING, "?")].concat()).await;
    assert_eq!(client.response().await.status, 101);
    client.expects(TEXT, "early").await;
    client.expects(PONG, "?").await;
    client.send_frame(TEXT, b"\xff").await;
    // `RawClient` panics at an end without `close_notify`.
    client.is_closed_with(1007).await;
}

#[tokio::test]
async fn the_service_knows_the_tls() {
    let authority = Authority::new("ca");
    let settings = config(&authority.server()).client_certificates(ClientCertificates::optional_pem(authority.pem()));
    let address = serve_echo(settings).await;
    let client = TlsClient::new(&authority);
    let stream = client.clone().version(&TLS13).alpn(&["http/1.1"]).connect(address).await;
    let expected = r#"1.3 TLS_AES_256_GCM_SHA384 Some("localhost") Some("http/1.1") []"#;
    assert_eq!(tls_of(stream).await, expected);

    let ann = authority.client("Ann");
    let length = ann.certificate_der().len();
    let stream = client.clone().version(&TLS12).identity(&ann).connect(address).await;
    let expected = format!(r#"1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 Some("localhost") None [{length}]"#);
    assert_eq!(tls_of(stream).await, expected);

    let plain = serve(Listener::new(0).service_with::<Echo>(journal().0)).await;
    assert_eq!(tls_of(TcpStream::connect(plain).await.expect("it listens")).await, "plain");
}

#[tokio::test]
async fn the_answers_of_one_turn_are_one_record() {
    let authority = Authority::new("ca");
    let address = serve_echo(config(&authority.server()).session_cache_size(0)).await;
    let stream = Recording { stream: TcpStream::connect(address).await.expect("it listens"), read: Vec::new() };
    let name = ServerName::try_from("localhost").expect("it is a name");
    let stream = TlsConnector::from(TlsClient::new(&authority).config()).connect(name, stream).await;
    let mut stream = stream.expect("the TLS handshake succeeds");

    stream.write_all(handshake("/echo", "").as_bytes()).await.expect("the server reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        within("the response", stream.read_buf(&mut head)).await.expect("it comes");
    }
    stream.get_mut().0.read.clear();
    stream.write_all(&frame(TEXT, "hello").repeat(100)).await.expect("the server reads");
    let mut echoes = vec![0; 700];
    within("the echoes", stream.read_exact(&mut echoes)).await.expect("they come");
    assert_eq!(application_records(&stream.get_ref().0.read), 1);
}

/// Counts the records of application data.
fn application_records(mut bytes: &[u8]) -> usize {
    const APPLICATION_DATA: u8 = 23;
    let mut count = 0;
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        count += usize::from(*kind == APPLICATION_DATA);
        bytes = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
    }
    count
}

/// Keeps what is read.
struct Recording {
    stream: TcpStream,
    read: Vec<u8>,
}

impl AsyncRead for Recording {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.read.extend_from_slice(&buf.filled()[start..]);
        read
    }
}

impl AsyncWrite for Recording {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn a_peer_that_vanishes_is_no_error() {
    let authority = Authority::new("ca");
    let (journal, mut entries) = journal();
    let listener = Listener::new(0).service_with::<Echo>(journal).tls(config(&authority.server()));
    let stream = TlsClient::new(&authority).connect(serve(listener).await).await;
    let mut client = RawClient::new(stream);
    client.upgrades("/echo").await;
    drop(client); // without `close_notify`
    entries.expect(&["1006 (abnormal closure)"]).await;
}

#[tokio::test]
async fn a_fallback_and_keep_alive_over_tls() {
    let authority = Authority::new("ca");
    let pages = axum::Router::new().route("/", axum::routing::get(|| async { "index" }));
    let listener = Listener::new(0).service_with::<Echo>(journal().0).fallback(pages);
    let address = serve(listener.tls(config(&authority.server()))).await;
    let mut client = RawClient::new(TlsClient::new(&authority).connect(address).await);
    for _ in 0..2 {
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert_eq!(client.response().await.body, "index");
    }
    client.upgrades("/echo").await;
}

#[tokio::test]
async fn a_client_certificate_is_required() {
    let authority = Authority::new("ca");
    let settings = config(&authority.server()).client_certificates(ClientCertificates::required_pem(authority.pem()));
    let (log, _guard) = Log::listen();
    let address = serve_echo(settings).await;
    for version in [&TLS12, &TLS13] {
        let client = TlsClient::new(&authority).version(version);
        talks(client.clone().identity(&authority.client("Ann")).connect(address).await).await;

        let error = refusal(&client, address).await;
        assert!(error.to_string().contains("CertificateRequired"), "{error}");
        log.tells("peer sent no certificates").await;

        let stranger = Authority::new("another ca").client("Ann");
        let error = refusal(&client.identity(&stranger), address).await;
        assert!(error.to_string().contains("UnknownCA"), "{error}");
        log.tells("invalid peer certificate: UnknownIssuer").await;
    }
}

#[tokio::test]
async fn a_client_certificate_is_optional() {
    let authority = Authority::new("ca");
    let settings = config(&authority.server()).client_certificates(ClientCertificates::optional_pem(authority.pem()));
    let address = serve_echo(settings).await;
    let client = TlsClient::new(&authority);
    talks(client.connect(address).await).await;
    talks(client.clone().identity(&authority.client("Ann")).connect(address).await).await;
    let stranger = Authority::new("another ca").client("Ann");
    let error = refusal(&client.identity(&stranger), address).await;
    assert!(error.to_string().contains("UnknownCA"), "{error}");
}

#[tokio::test]
async fn an_untrusted_or_expired_server_is_left() {
    let (log, _guard) = Log::listen();
    let authority = Authority::new("ca");
    let address = serve_echo(config(&Authority::new("another ca").server())).await;
    let error = refusal(&TlsClient::new(&authority), address).await;
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    log.tells("received fatal alert: UnknownCA").await;

    let address = serve_echo(config(&authority.expired_server())).await;
    let error = refusal(&TlsClient::new(&authority), address).await;
    assert!(error.to_string().contains("certificate expired"), "{error}");
    log.tells("received fatal alert: CertificateExpired").await;
}

#[tokio::test]
async fn a_version_that_is_not_spoken() {
    let (log, _guard) = Log::listen();
    let authority = Authority::new("ca");
    let client = TlsClient::new(&authority);
    let settings = config(&authority.server());
    for (spoken, other, other_is) in [(&TLS12, &TLS13, TlsVersion::V1_3), (&TLS13, &TLS12, TlsVersion::V1_2)] {
        let address = serve_echo(settings.clone().versions([other_is])).await;
        talks(client.clone().version(other).connect(address).await).await;
        let error = refusal(&client.clone().version(spoken), address).await;
        assert!(error.to_string().contains("ProtocolVersion"), "{error}");
        log.tells("peer is incompatible").await;
    }
}

/// A hello of TLS 1.1, as it was sent when there was no 1.2.
#[tokio::test]
async fn a_client_that_speaks_tls_1_1_alone() {
    let (log, _guard) = Log::listen();
    let address = serve_echo(config(&Authority::new("ca").server())).await;
    let random = [7; 32];
    // No session, the suite TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    let body = [&[3, 2][..], &random, &[0, 0, 2, 0, 0x2F, 1, 0]].concat();
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("it is short");
    let hello = [&[1, 0, 0, length(&body)], &body[..]].concat();
    let record = [&[22, 3, 1, 0, length(&hello)], &hello[..]].concat();
    // A fatal alert, handshake failure: RFC 8446 §6.2.
    assert_eq!(exchange(address, &record).await[5..], [2, 40]);
    log.tells("the peer's TLS is too old").await;
}

#[tokio::test]
async fn what_is_no_tls() {
    let (log, _guard) = Log::listen();
    let address = serve_echo(config(&Authority::new("ca").server())).await;
    // A fatal alert: RFC 8446 §6.2.
    let answer = exchange(address, handshake("/echo", "").as_bytes()).await;
    assert_eq!((answer[0], answer[5]), (21, 2), "{answer:?}");
    log.tells("the peer does not speak TLS").await;
    exchange(address, &[0xFF; 100]).await;
    exchange(address, &[22, 3, 1, 0xFF, 0xFF]).await;
    drop(TcpStream::connect(address).await.expect("it listens"));
    log.tells("the peer left").await;
    assert!(!log.text().contains("ERROR"), "{}", log.text());
}

#[tokio::test]
async fn tls_to_a_plain_port() {
    let address = serve(Listener::new(0).service_with::<Echo>(journal().0)).await;
    let error = refusal(&TlsClient::new(&Authority::new("ca")), address).await;
    assert!(error.to_string().contains("InvalidContentType"), "{error}");
}

/// Sends bytes, and returns everything that comes until the end.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(bytes).await.expect("the server reads");
    let mut answer = Vec::new();
    // What the server did not read resets the connection.
    let _ = within("the end", stream.read_to_end(&mut answer)).await;
    answer
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing() {
    let (log, _guard) = Log::listen();
    let address = serve_echo(config(&Authority::new("ca").server()).handshake_timeout(Duration::from_secs(3))).await;
    assert_eq!(exchange(address, &[]).await.len(), 0);
    log.tells("not done within 3s").await;
    // Half a hello is no better.
    assert_eq!(exchange(address, &[22, 3, 1, 1, 0, 1]).await.len(), 0);
}

#[tokio::test]
async fn others_are_served_while_one_dawdles() {
    let authority = Authority::new("ca");
    let address = serve_echo(config(&authority.server())).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(address).await.expect("it listens"));
    }
    talks(TlsClient::new(&authority).connect(address).await).await;
}

#[tokio::test]
async fn the_end_of_the_server() {
    let authority = Authority::new("ca");
    let settings = config(&authority.server()).handshake_timeout(Duration::ZERO);
    let listener = Listener::new(0).service_with::<Echo>(journal().0).tls(settings);
    let listener = listener.shutdown_timeout(Duration::from_mins(10));
    let bound = listener.host("127.0.0.1").bind().await.expect("the listener binds");
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(bound.serve_until(async { drop(stopped.await) }));
    let dawdling = TcpStream::connect(address).await.expect("it listens");
    let (mut client, _) =
        PoliteClient::upgrade(TlsClient::new(&authority).connect(address).await, "wss://localhost/echo").await;
    client.send("hello").await;
    client.hears("hello").await;
    stop.send(()).expect("the server runs");
    assert_eq!(client.ended().await.0, 1001);
    // A handshake that is not done yet holds nobody up.
    within("the end of the server", serving).await.expect("no panic").expect("no error");
    drop(dawdling);
}
