//! Settings of a client that are seen nowhere else: each of them has its effect.

use std::fs;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Deserialize;
use tests::certificates::{Authority, Folder, openssl};
use tests::network::Network;
use tests::raw::{BINARY, CLOSE, FIN, Frame, LAST, MIDDLE, TEXT};
use tests::raw_server::RawPeer;
use tests::server::serve;
use tokio::io::DuplexStream;
use tokio::time::Instant;
use websocket::{
    Caller, Client, ClientBuilder, ClientCertificates, ClientTlsConfig, Error, Handler, Listener, RetryConfig,
    TlsConfig, Validate, ValidationError,
};

const SECOND: Duration = Duration::from_secs(1);

async fn connect(
    network: &mut Network,
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (Client, RawPeer<DuplexStream>) {
    let connecting = tokio::spawn(configure(network.client()).connect());
    let peer = network.upgraded().await;
    (connecting.await.expect("it does not panic").expect("it was accepted"), peer)
}

#[tokio::test(start_paused = true)]
async fn a_message_has_only_so_many_fragments() {
    let mut network = Network::default();
    let (client, mut peer) = connect(&mut network, |builder| builder.max_fragments(3)).await;
    for (first, payload) in [(TEXT & !FIN, "a"), (MIDDLE, "b"), (LAST, "c"), (TEXT & !FIN, "a"), (MIDDLE, "b")] {
        peer.send_frame(first, payload).await;
    }
    assert_eq!(client.read_text().await.expect("it has three").as_deref(), Some("abc"));
    peer.send_frame(MIDDLE, "c").await;
    peer.send_frame(LAST, "d").await;
    let error = client.read().await.expect_err("it has four");
    assert!(matches!(&error, Error::Protocol(error) if error.close_code() == 1008), "{error:?}");
    assert_eq!(peer.frame().await.expect("the client closes").first, CLOSE);
}

#[tokio::test(start_paused = true)]
async fn a_long_message_goes_out_in_frames_of_the_limit() {
    let mut network = Network::default();
    let (client, mut peer) = connect(&mut network, |builder| builder.max_frame_size(10)).await;
    client.write_binary(&b"0123456789abcdefghijk"[..]).await.expect("it is open");
    peer.expects(BINARY & !FIN, "0123456789").await;
    peer.expects(MIDDLE, "abcdefghij").await;
    peer.expects(LAST, "k").await;
}

#[tokio::test(start_paused = true)]
async fn so_much_is_queued_before_writers_wait() {
    let table: [(usize, RangeInclusive<usize>); 2] = [(10_000, 10..=18), (50_000, 50..=58)];
    for (mark, expected) in table {
        let mut network = Network::default();
        let (client, peer) = connect(&mut network, |builder| builder.high_water_mark(mark)).await;
        let message = "x".repeat(1000);
        let mut count = 0;
        while client.try_write_text(&message).is_ok() {
            count += 1;
        }
        // What the network holds goes out at once.
        assert!(expected.contains(&count), "{count} messages of 1000 bytes with {mark}");
        drop(peer);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_can_ask_for_only_so_long_a_wait() {
    for (limit, wait) in [(3 * SECOND, 3 * SECOND), (10 * SECOND, 7 * SECOND), (Duration::ZERO, SECOND)] {
        let mut network = Network::default();
        let begin = Instant::now();
        let retry = RetryConfig::new().jitter(false).max_retry_after(limit);
        let connecting = tokio::spawn(network.client().retry(retry).connect());
        let mut peer = network.dialed().await.accept().await;
        peer.send("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\n\r\n").await;
        assert_eq!(network.dialed().await.at - begin, wait, "{limit:?}");
        connecting.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_stable_after_so_long() {
    for (stable_after, wait) in [(30 * SECOND, SECOND), (31 * SECOND, 2 * SECOND)] {
        let mut network = Network::default();
        let retry = RetryConfig::new().jitter(false).back_off_factor(2.0).stable_after(stable_after);
        let connecting = tokio::spawn(network.client().retry(retry).ping_interval(Duration::ZERO).connect());
        network.dialed().await.refuse();
        let peer = network.upgraded().await;
        let client = connecting.await.expect("it does not panic").expect("it was accepted");
        tokio::time::sleep(30 * SECOND).await;
        let lost = Instant::now();
        drop(peer);
        assert_eq!(network.dialed().await.at - lost, wait, "{stable_after:?}");
        drop(client);
    }
}

/// Never valid.
#[derive(Deserialize)]
struct Order;

impl Validate for Order {
    fn validate(&self) -> Result<(), ValidationError> {
        Err(ValidationError::new("", "is never valid"))
    }
}

struct Strict;

#[websocket::client]
impl Strict {
    #[remote]
    fn on_message(&self, _order: Order) -> &'static str {
        "taken"
    }

    #[remote]
    fn on_error(&self, error: &Error) -> String {
        error.to_string()
    }
}

struct Lenient;

#[websocket::client(validation = false)]
impl Lenient {
    #[remote]
    fn on_message(&self, _order: Order) -> &'static str {
        "taken"
    }
}

/// Has the answer of a handler to `null`.
async fn answer<H: Handler>(handler: H) -> String {
    let mut network = Network::default();
    let running = tokio::spawn(network.client().run(handler));
    let mut peer = network.upgraded().await;
    peer.send_frame(TEXT, "null").await;
    let Some(Frame { first: TEXT, payload }) = peer.frame().await else { panic!("an answer comes") };
    running.abort();
    String::from_utf8(payload).expect("it is text")
}

#[tokio::test(start_paused = true)]
async fn payloads_of_a_handler_are_validated_unless_that_is_off() {
    assert_eq!(answer(Strict).await, "data validation failed: is never valid");
    assert_eq!(answer(Lenient).await, "taken");
}

#[derive(Default)]
struct Guarded;

#[websocket::service(path = "/")]
impl Guarded {
    #[remote]
    fn on_open(&self, caller: &Caller) -> String {
        let tls = caller.tls().expect("it is a connection over TLS");
        format!("shown: {}", tls.client_certificate().is_some())
    }
}

#[tokio::test]
async fn the_certificate_of_a_client_is_read_from_pkcs12() {
    const PASSWORD: &str = "sesame";
    let (folder, authority) = (Folder::new(), Authority::new("ca"));
    let (server, ann) = (authority.server(), authority.client("Ann"));
    let [certificate, key] = [folder.write("ann.pem", &ann.certificate), folder.write("ann-key.pem", &ann.key)];
    let archive = folder.path("ann.p12");
    let [certificate, key, out] = [&certificate, &key, &archive].map(|path| path.display());
    openssl(&format!("pkcs12 -export -in {certificate} -inkey {key} -out {out} -passout pass:{PASSWORD}"));
    let required = ClientCertificates::required_pem(authority.pem());
    let tls = TlsConfig::from_pem(server.certificate, server.key).client_certificates(required);
    let address = serve(Listener::new(0).service::<Guarded>().tls(tls)).await;
    let trusting = ClientTlsConfig::new().authority_pem(authority.pem()).server_name("localhost");
    let bytes = fs::read(&archive).expect("OpenSSL has written it");
    for tls in [
        trusting.clone().certificate_pkcs12_file(&archive, PASSWORD),
        trusting.clone().certificate_pkcs12(bytes, PASSWORD),
    ] {
        let client = Client::builder(format!("wss://{address}/")).tls(tls).connect().await.expect("it is let in");
        assert_eq!(client.read_text().await.expect("it is open").as_deref(), Some("shown: true"));
    }
    let wrong = trusting.certificate_pkcs12_file(&archive, "apple");
    let refused = Client::builder(format!("wss://{address}/")).tls(wrong).connect().await;
    let error = refused.expect_err("the password is wrong");
    assert!(matches!(&error, Error::Config(_)), "{error:?}");
}
