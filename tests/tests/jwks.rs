//! Keys that an issuer publishes: they change under load, and their server is down, slow, or lies.

use std::convert::Infallible;
use std::env;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router as AxumRouter;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use tests::certificates::{Authority, Folder};
use tests::event_table::is_listed;
use tests::issuer::{Issuer, KeyPair, seconds_from_now};
use tests::log::Log;
use tests::raw::{RawClient, handshake};
use tests::server::serve;
use tests::within;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use websocket::JwtAlgorithm::{ES256, EdDSA, HS256, RS256};
use websocket::{Auth, Caller, Error, Jwks, Jwt, Listener, TlsConfig};

#[derive(Default)]
struct Guarded;

#[websocket::service(path = "/")]
impl Guarded {
    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> Option<String> {
        caller.identity().map(|identity| identity.subject().to_owned())
    }
}

/// How the server of the keys answers.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Keys,
    /// When the test lets it.
    Later,
    Html,
    Json,
    NotFound,
    Broken,
    /// To where the keys are.
    Redirect,
    Enormous,
    /// Never.
    Silent,
    /// The head at once, the body never.
    Stalled,
}

/// What the server publishes, and how often it was asked.
struct Published {
    keys: Mutex<Vec<Value>>,
    answer: Mutex<Answer>,
    fetches: AtomicUsize,
    /// How many answers may go out later.
    gate: Semaphore,
}

impl Published {
    fn new(keys: &[Value]) -> Arc<Self> {
        let (keys, answer) = (Mutex::new(keys.to_vec()), Mutex::new(Answer::Keys));
        Arc::new(Self { keys, answer, fetches: AtomicUsize::new(0), gate: Semaphore::new(0) })
    }

    fn publish(&self, keys: &[Value]) {
        *self.keys.lock().expect("nobody panics") = keys.to_vec();
    }

    fn answers(&self, answer: Answer) {
        *self.answer.lock().expect("nobody panics") = answer;
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Relaxed)
    }

    fn router(self: &Arc<Self>) -> AxumRouter {
        let again = |State(published): State<Arc<Self>>| async move { published.text() };
        AxumRouter::new().route("/keys", get(answer)).route("/again", get(again)).with_state(Arc::clone(self))
    }

    fn text(&self) -> String {
        json!({ "keys": *self.keys.lock().expect("nobody panics") }).to_string()
    }
}

async fn answer(State(published): State<Arc<Published>>) -> Response<Body> {
    published.fetches.fetch_add(1, Relaxed);
    let answer = *published.answer.lock().expect("nobody panics");
    let (status, body) = match answer {
        Answer::Keys => (200, Body::from(published.text())),
        Answer::Later => {
            published.gate.acquire().await.expect("it stays open").forget();
            (200, Body::from(published.text()))
        }
        Answer::Html => (200, Body::from("<html>Please log in</html>")),
        Answer::Json => (200, Body::from(r#"{"key":"value"}"#)),
        Answer::NotFound => (404, Body::from(published.text())),
        Answer::Broken => (500, Body::from(published.text())),
        Answer::Redirect => (302, Body::empty()),
        Answer::Enormous => {
            let chunk = Bytes::from(vec![b' '; 64 * 1024]);
            (200, Body::from_stream(stream::repeat(chunk).map(Ok::<_, Infallible>)))
        }
        Answer::Silent => std::future::pending().await,
        Answer::Stalled => (200, Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())),
    };
    let response = Response::builder().status(status).header("location", "/again");
    response.body(body).expect("it is right")
}

/// Serves the keys until the task is aborted.
async fn publish(published: &Arc<Published>) -> (String, JoinHandle<()>) {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let url = format!("http://{}/keys", socket.local_addr().expect("it has an address"));
    let router = published.router();
    (url, tokio::spawn(async move { axum::serve(socket, router).await.expect("it serves") }))
}

async fn start(keys: impl Into<Jwks>) -> SocketAddr {
    let auth = Auth::rule(Jwt::with_jwks([EdDSA, RS256, ES256], keys)).max_failures(u32::MAX);
    serve(Listener::new(0).auth(auth).service::<Guarded>()).await
}

async fn status(address: SocketAddr, token: &str) -> u16 {
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", &format!("Authorization: Bearer {token}\r\n"))).await;
    let response = client.response().await;
    assert_eq!(response.header("retry-after").is_some(), response.status == 503);
    response.status
}

/// Makes a key, with its id in what is published.
async fn key(issuer: &mut Issuer, kind: &str, id: &str) -> (KeyPair, Value) {
    let pair = issuer.key(kind).await;
    let mut published = pair.jwk.clone();
    published["kid"] = json!(id);
    (pair, published)
}

async fn sign(issuer: &mut Issuer, algorithm: &str, key: &KeyPair, header: Value) -> String {
    let claims = json!({ "sub": "ann", "exp": seconds_from_now(600.0) });
    issuer.sign_text(algorithm, &key.private, &header, &claims.to_string()).await
}

#[tokio::test]
async fn tokens_name_their_key() {
    let mut issuer = Issuer::start();
    let (edwards, first) = key(&mut issuer, "Ed25519", "a").await;
    let (rsa, second) = key(&mut issuer, "RSA", "b").await;
    let (curve, third) = key(&mut issuer, "P-256", "c").await;
    let published = Published::new(&[first, second, third]);
    let (url, _server) = publish(&published).await;
    let address = start(url).await;
    assert_eq!(published.fetches(), 0, "nobody has asked");
    let table = [
        ("EdDSA", &edwards, json!({ "kid": "a" }), 101),
        ("RS256", &rsa, json!({ "kid": "b" }), 101),
        ("ES256", &curve, json!({ "kid": "c" }), 101),
        ("PS256", &rsa, json!({ "kid": "b" }), 401),
        ("EdDSA", &edwards, json!({ "kid": "b" }), 401),
        ("EdDSA", &edwards, json!({ "kid": "d" }), 401),
        ("EdDSA", &edwards, json!({}), 401),
        // Keys that a token brings along are nobody's.
        ("EdDSA", &edwards, json!({ "kid": "d", "jwk": edwards.jwk }), 401),
        ("RS256", &rsa, json!({ "kid": "d", "jku": "http://127.0.0.1/keys" }), 401),
    ];
    for (algorithm, key, header, expected) in table {
        let token = sign(&mut issuer, algorithm, key, header.clone()).await;
        assert_eq!(status(address, &token).await, expected, "{algorithm} {header}");
    }
    let other = issuer.key("Ed25519").await;
    let token = sign(&mut issuer, "EdDSA", &other, json!({ "kid": "a" })).await;
    assert_eq!(status(address, &token).await, 401, "another key of the same name");
    assert_eq!(published.fetches(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_change_under_load_are_fetched_once() {
    const UPGRADES: usize = 10_000;
    let mut issuer = Issuer::start();
    let (old, first) = key(&mut issuer, "Ed25519", "old").await;
    let (new, second) = key(&mut issuer, "Ed25519", "new").await;
    let published = Published::new(std::slice::from_ref(&first));
    let (url, _server) = publish(&published).await;
    // Nothing but the waiting for one another holds the fetches down.
    let address = start(Jwks::new(url).min_interval(Duration::ZERO)).await;
    let old = sign(&mut issuer, "EdDSA", &old, json!({ "kid": "old" })).await;
    let new = sign(&mut issuer, "EdDSA", &new, json!({ "kid": "new" })).await;
    assert_eq!(status(address, &old).await, 101);

    published.publish(&[first, second]);
    published.answers(Answer::Later);
    let tokens = (0..UPGRADES).map(|index| if index % 10 == 0 { &old } else { &new });
    let statuses = stream::iter(tokens).map(|token| status(address, token)).buffer_unordered(64);
    let opened = async {
        // Those with the old key go on meanwhile, those with the new one wait for the fetch that one of them has begun.
        while published.fetches() < 2 {
            tokio::task::yield_now().await;
        }
        published.gate.add_permits(UPGRADES);
    };
    let counted = statuses.filter(|status| std::future::ready(*status == 101)).count();
    let ((), count) = tokio::join!(within("the second fetch", opened), counted);
    assert_eq!((count, published.fetches()), (UPGRADES, 2));
}

#[tokio::test]
async fn unknown_keys_do_not_cause_more_fetches_than_are_allowed() {
    let mut issuer = Issuer::start();
    let (own, first) = key(&mut issuer, "Ed25519", "own").await;
    let published = Published::new(&[first]);
    let (url, _server) = publish(&published).await;
    let address = start(Jwks::new(url).min_interval(Duration::from_mins(5))).await;
    for index in 0..100 {
        let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": format!("guess {index}") })).await;
        assert_eq!(status(address, &token).await, 401);
    }
    let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "own" })).await;
    assert_eq!(status(address, &token).await, 101);
    assert_eq!(published.fetches(), 1);
}

/// Each way to fail, and what is told of it.
const FAILURES: [(Answer, &str); 8] = [
    (Answer::Html, "answer is no key set"),
    (Answer::Json, "answer is no key set"),
    (Answer::NotFound, "answered with status 404"),
    (Answer::Broken, "answered with status 500"),
    (Answer::Redirect, "answered with status 302"),
    (Answer::Enormous, "answer is too long"),
    (Answer::Silent, "no answer in time"),
    (Answer::Stalled, "no answer in time"),
];

/// Fetches whenever it may.
fn eager(url: &str) -> Jwks {
    Jwks::new(url).max_age(Duration::ZERO).min_interval(Duration::ZERO).timeout(Duration::from_secs(1))
}

/// Returns a field of the last event with this message.
fn told(log: &Log, event: &str, field: &str) -> String {
    let entry = log.entries().into_iter().rfind(|entry| entry.record.name == event);
    let record = entry.expect("it is told").record;
    is_listed(&record);
    record.field(field).to_owned()
}

#[tokio::test]
async fn nobody_is_let_in_without_keys() {
    let (log, _guard) = Log::listen();
    let mut issuer = Issuer::start();
    let (own, first) = key(&mut issuer, "Ed25519", "own").await;
    let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "own" })).await;
    let published = Published::new(&[first]);
    let (url, server) = publish(&published).await;
    let address = start(eager(&url).max_stale(Duration::ZERO)).await;
    for (answer, failure) in FAILURES {
        published.answers(answer);
        assert_eq!(status(address, &token).await, 503, "{answer:?}");
        let (error, reason) = (
            told(&log, "keys of an issuer could not be fetched", "error"),
            told(&log, "authentication failed", "reason"),
        );
        assert!(error.starts_with(failure) && reason.contains(failure), "{answer:?}: {error}, {reason}");
        published.answers(Answer::Keys);
        assert_eq!(status(address, &token).await, 101, "after {answer:?}");
    }
    server.abort();
    server.await.expect_err("it is aborted");
    assert_eq!(status(address, &token).await, 503);
    assert!(told(&log, "keys of an issuer could not be fetched", "error").contains("refused"));
    assert_eq!(status(start(eager(&url)).await, &token).await, 503, "there never were keys");
}

#[tokio::test]
async fn keys_that_are_known_are_used_while_they_cannot_be_fetched() {
    let (log, _guard) = Log::listen();
    let mut issuer = Issuer::start();
    let (own, first) = key(&mut issuer, "Ed25519", "own").await;
    let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "own" })).await;
    let unknown = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "unknown" })).await;
    let published = Published::new(&[first]);
    let (url, server) = publish(&published).await;
    let address = start(eager(&url)).await;
    assert_eq!(status(address, &token).await, 101);
    for (answer, failure) in FAILURES {
        published.answers(answer);
        let fails = async {
            loop {
                assert_eq!(status(address, &unknown).await, 503, "{answer:?}: it could be a new one");
                // The fetch before may have been under way still.
                if told(&log, "keys of an issuer could not be fetched", "error").starts_with(failure) {
                    return;
                }
            }
        };
        within(failure, fails).await;
        assert_eq!(status(address, &token).await, 101, "{answer:?}");
    }
    published.answers(Answer::Keys);
    within("the end of the failures", async { while status(address, &unknown).await != 401 {} }).await;
    server.abort();
    server.await.expect_err("it is aborted");
    assert_eq!(status(address, &unknown).await, 503);
    assert_eq!(status(address, &token).await, 101);
}

#[tokio::test]
async fn keys_that_are_withdrawn_are_not_used() {
    let mut issuer = Issuer::start();
    let (own, first) = key(&mut issuer, "Ed25519", "own").await;
    let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "own" })).await;
    let published = Published::new(&[first]);
    let (url, _server) = publish(&published).await;
    let address = start(eager(&url).max_stale(Duration::ZERO)).await;
    assert_eq!(status(address, &token).await, 101);
    published.publish(&[]);
    assert_eq!(status(address, &token).await, 401);
}

#[tokio::test]
async fn a_fetch_outlives_the_client_that_caused_it() {
    let mut issuer = Issuer::start();
    let (own, first) = key(&mut issuer, "Ed25519", "own").await;
    let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "own" })).await;
    let published = Published::new(&[first]);
    published.answers(Answer::Later);
    let (url, _server) = publish(&published).await;
    let address = start(url).await;
    let mut gone = RawClient::connect(address).await;
    gone.send(handshake("/", &format!("Authorization: Bearer {token}\r\n"))).await;
    within("the fetch", async {
        while published.fetches() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(gone);
    published.gate.add_permits(1);
    assert_eq!(status(address, &token).await, 101);
    assert_eq!(published.fetches(), 1);
}

#[tokio::test]
async fn keys_come_over_tls_from_whom_the_authority_vouches_for() {
    let mut issuer = Issuer::start();
    let (own, first) = key(&mut issuer, "Ed25519", "own").await;
    let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "own" })).await;
    let published = Published::new(&[first]);
    let (authority, other, folder) = (Authority::new("authority"), Authority::new("other"), Folder::new());
    let (trusted, stranger) = (folder.write("ca.pem", authority.pem()), folder.write("other.pem", other.pem()));
    let identity = authority.server();
    let tls = TlsConfig::from_pem(identity.certificate.as_str(), identity.key.as_str());
    let server = serve(Listener::new(0).tls(tls).fallback(published.router())).await;
    let url = format!("https://localhost:{}/keys", server.port());
    assert_eq!(status(start(Jwks::new(&url).authority_file(trusted)).await, &token).await, 101);
    assert_eq!(status(start(Jwks::new(&url).authority_file(stranger)).await, &token).await, 503);
    assert_eq!(published.fetches(), 1, "a stranger is not asked");
}

/// The roots of the platform are what an environment variable says, which only another process can be given.
#[tokio::test]
async fn keys_come_over_tls_from_whom_the_platform_trusts() {
    const FOLDER: &str = "FOLDER_OF_THE_TEST";
    let Some(folder) = env::var_os(FOLDER) else {
        let (authority, folder) = (Authority::new("authority"), Folder::new());
        let identity = authority.server();
        folder.write("certificate.pem", identity.certificate);
        folder.write("key.pem", identity.key);
        for (trusted, is_right) in [(authority, true), (Authority::new("other"), false)] {
            let mut again = Command::new(env::current_exe().expect("it is known"));
            again.args(["--exact", "keys_come_over_tls_from_whom_the_platform_trusts"]);
            again.env(FOLDER, folder.path("")).env("SSL_CERT_FILE", folder.write("ca.pem", trusted.pem()));
            let output = within("the other process", again.output()).await.expect("it runs");
            assert_eq!(output.status.success(), is_right, "{output:?}");
            assert!(is_right || String::from_utf8_lossy(&output.stdout).contains("nobody is trusted"), "{output:?}");
        }
        return;
    };
    let file = |name: &str| Path::new(&folder).join(name);
    let mut issuer = Issuer::start();
    let (own, first) = key(&mut issuer, "Ed25519", "own").await;
    let token = sign(&mut issuer, "EdDSA", &own, json!({ "kid": "own" })).await;
    let tls = TlsConfig::from_pem_files(file("certificate.pem"), file("key.pem"));
    let server = serve(Listener::new(0).tls(tls).fallback(Published::new(&[first]).router())).await;
    let address = start(format!("https://localhost:{}/keys", server.port())).await;
    assert_eq!(status(address, &token).await, 101, "nobody is trusted");
}

#[tokio::test]
async fn mistakes_are_found_when_the_listener_binds() {
    let url = "http://127.0.0.1:9/keys";
    let folder = Folder::new();
    let empty = folder.write("empty.pem", "");
    let table = [
        (Jwt::with_jwks([EdDSA], url), None),
        (Jwt::with_jwks([EdDSA], Jwks::new("http://issuer.example/").dangerously_allow_plain_http()), None),
        (Jwt::with_jwks([EdDSA], "http://issuer.example/"), Some("whoever is on the way could answer instead")),
        (Jwt::with_jwks([], url), Some("no algorithm is accepted")),
        (Jwt::with_jwks([EdDSA, HS256], url), Some("`HS256` does not go with a public key")),
        (Jwt::with_jwks([EdDSA], Jwks::new(url).max_age(Duration::from_secs(9))), Some("must not be over max_age")),
        (Jwt::with_jwks([EdDSA], Jwks::new("https://a.example/").authority_file(empty)), Some("has no certificate")),
        (Jwt::with_jwks([EdDSA], Jwks::new("https://a.example/").authority_file("nowhere.pem")), Some("nowhere.pem: ")),
    ];
    for (jwt, expected) in table {
        let listener = Listener::new(0).host("127.0.0.1").auth(Auth::rule(jwt)).service::<Guarded>();
        match (listener.bind().await, expected) {
            (Ok(_), None) => {}
            (Err(Error::Config(error)), Some(expected)) => {
                let error = error.to_string();
                assert!(error.contains(expected), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
}
