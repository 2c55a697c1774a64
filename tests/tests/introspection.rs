//! Tokens that an issuer is asked about: once for all who have the same one, and it is down, slow, or lies.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router as AxumRouter;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::{any, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};
use tests::certificates::{Authority, Folder};
use tests::event_table::is_listed;
use tests::issuer::seconds_from_now;
use tests::log::Log;
use tests::raw::{RawClient, TEXT, handshake};
use tests::server::serve;
use tests::within;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use websocket::{Auth, Caller, Error, Introspection, Listener, Rule, TlsConfig, TokenSource};

/// The client that may ask, with what a form encodes.
const CLIENT: (&str, &str) = ("chat server", "s:é s+%&=");
const TOKEN: &str = "0pen-sesame";

#[derive(Default)]
struct Guarded;

#[websocket::service(path = "/")]
impl Guarded {
    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> String {
        let identity = caller.identity().expect("it has been found out");
        let scopes: Vec<_> = identity.all_scopes().collect();
        let left = identity.expiry().and_then(|end| end.duration_since(SystemTime::now()).ok()).unwrap_or_default();
        format!("{} {scopes:?} {:?} {}", identity.subject(), identity.claim("plan"), left.as_secs() / 60)
    }
}

/// How the issuer answers.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Right,
    /// When the test lets it.
    Later,
    Html,
    Json,
    /// Neither yes nor no.
    Unclear,
    Unauthorized,
    Broken,
    /// To where somebody says that every token is active.
    Redirect,
    Enormous,
    /// Never.
    Silent,
    /// The head at once, the body never.
    Stalled,
}

/// What the issuer knows, and what it was asked.
struct Issuer {
    tokens: Mutex<HashMap<String, Value>>,
    answer: Mutex<Answer>,
    questions: Mutex<Vec<HashMap<String, String>>>,
    /// How many answers may go out later.
    gate: Semaphore,
    asking: AtomicUsize,
    most_asking: AtomicUsize,
}

impl Issuer {
    fn new() -> Arc<Self> {
        let issuer = Arc::new(Self {
            tokens: Mutex::default(),
            answer: Mutex::new(Answer::Right),
            questions: Mutex::default(),
            gate: Semaphore::new(0),
            asking: AtomicUsize::new(0),
            most_asking: AtomicUsize::new(0),
        });
        issuer.knows(TOKEN, json!({ "sub": "ann", "scope": "read write", "exp": seconds_from_now(930.0) }));
        issuer
    }

    /// Says that a token is active, and more about it.
    fn knows(&self, token: &str, mut answer: Value) {
        answer["active"] = json!(true);
        self.tokens.lock().expect("nobody panics").insert(token.to_owned(), answer);
    }

    fn forgets(&self, token: &str) {
        self.tokens.lock().expect("nobody panics").remove(token);
    }

    fn answers(&self, answer: Answer) {
        *self.answer.lock().expect("nobody panics") = answer;
    }

    fn questions(&self) -> usize {
        self.questions.lock().expect("nobody panics").len()
    }

    fn router(self: &Arc<Self>) -> AxumRouter {
        let everybody = any(|| async { r#"{"active":true,"sub":"eve"}"# });
        AxumRouter::new().route("/ask", post(answer)).route("/again", everybody).with_state(Arc::clone(self))
    }

    /// Serves until the task is aborted.
    async fn start(self: &Arc<Self>) -> (String, JoinHandle<()>) {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let url = format!("http://{}/ask", socket.local_addr().expect("it has an address"));
        let router = self.router();
        (url, tokio::spawn(async move { axum::serve(socket, router).await.expect("it serves") }))
    }

    fn text(&self, token: &str) -> String {
        let tokens = self.tokens.lock().expect("nobody panics");
        tokens.get(token).unwrap_or(&json!({ "active": false })).to_string()
    }
}

async fn answer(State(issuer): State<Arc<Issuer>>, headers: HeaderMap, form: String) -> Response<Body> {
    let fields: HashMap<_, _> =
        form.split('&').map(|pair| pair.split_once('=').expect("a pair")).map(decoded).collect();
    let token = fields["token"].clone();
    issuer.questions.lock().expect("nobody panics").push(fields);
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let pair = authorization.map(|pair| String::from_utf8(STANDARD.decode(pair).expect("base64")).expect("text"));
    let client = pair.as_deref().and_then(|pair| pair.split_once(':')).map(decoded);
    let is_known = client == Some((CLIENT.0.to_owned(), CLIENT.1.to_owned()));
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    let answer = if is_known { *issuer.answer.lock().expect("nobody panics") } else { Answer::Unauthorized };
    let asking = issuer.asking.fetch_add(1, Relaxed) + 1;
    issuer.most_asking.fetch_max(asking, Relaxed);
    let (status, body) = match answer {
        Answer::Right => (200, Body::from(issuer.text(&token))),
        Answer::Later => {
            issuer.gate.acquire().await.expect("it stays open").forget();
            (200, Body::from(issuer.text(&token)))
        }
        Answer::Html => (200, Body::from("<html>Please log in</html>")),
        Answer::Json => (200, Body::from("[true]")),
        Answer::Unclear => (200, Body::from(r#"{"active":"true","sub":"ann"}"#)),
        Answer::Unauthorized => (401, Body::from(issuer.text(&token))),
        Answer::Broken => (500, Body::from(issuer.text(&token))),
        Answer::Redirect => (307, Body::empty()),
        Answer::Enormous => {
            let chunk = Bytes::from(vec![b' '; 64 * 1024]);
            (200, Body::from_stream(stream::repeat(chunk).map(Ok::<_, Infallible>)))
        }
        Answer::Silent => std::future::pending().await,
        Answer::Stalled => (200, Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())),
    };
    issuer.asking.fetch_sub(1, Relaxed);
    Response::builder().status(status).header("location", "/again").body(body).expect("it is right")
}

/// Decodes two texts of a form.
fn decoded((name, value): (&str, &str)) -> (String, String) {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8().expect("UTF-8").into_owned();
    (decode(name), decode(value))
}

fn tokens(url: &str) -> Introspection {
    Introspection::new(url).client_credentials(CLIENT.0, CLIENT.1)
}

/// Asks each time.
fn forgetful(url: &str) -> Introspection {
    tokens(url).cache(0, Duration::ZERO).negative_cache(Duration::ZERO)
}

async fn start(rule: impl Into<Rule>) -> SocketAddr {
    let auth = Auth::rule(rule).token_from(TokenSource::Query("token".to_owned())).max_failures(u32::MAX);
    serve(Listener::new(0).auth(auth).service::<Guarded>()).await
}

async fn ask(address: SocketAddr, target: &str, more: &str) -> (u16, RawClient) {
    let mut client = RawClient::connect(address).await;
    client.send(handshake(target, more)).await;
    let response = client.response().await;
    assert_eq!(response.header("retry-after").is_some(), response.status == 503);
    (response.status, client)
}

async fn status(address: SocketAddr, token: &str) -> u16 {
    ask(address, "/", &format!("Authorization: Bearer {token}\r\n")).await.0
}

#[tokio::test]
async fn the_issuer_decides() {
    let issuer = Issuer::new();
    issuer.knows("late", json!({ "sub": "ann", "scope": "read", "exp": seconds_from_now(-1.0) }));
    issuer.knows("weak", json!({ "sub": "ann", "scope": "reading", "exp": seconds_from_now(600.0) }));
    issuer.knows("bare", json!({ "sub": "ann" }));
    issuer.knows("nobody", json!({ "scope": "read" }));
    let (url, _server) = issuer.start().await;
    let address = start(Rule::new(tokens(&url).max_token_size(64)).scopes(["read"])).await;
    let table =
        [(TOKEN, 101), ("unknown", 401), ("late", 401), ("weak", 403), ("bare", 403), ("nobody", 401), ("a b", 401)];
    for (token, expected) in table {
        assert_eq!(status(address, token).await, expected, "{token}");
    }
    let asked = issuer.questions();
    assert_eq!(asked, 6, "what cannot be a token is not asked about");
    assert_eq!(ask(address, "/", "").await.0, 401);
    assert_eq!(ask(address, "/?token=", "").await.0, 401);
    assert_eq!(status(address, &"x".repeat(65)).await, 401);
    assert_eq!(issuer.questions(), asked);
    assert_eq!(status(address, &"x".repeat(64)).await, 401);
    assert_eq!(issuer.questions(), asked + 1);
}

#[tokio::test]
async fn the_service_learns_what_the_issuer_says() {
    let issuer = Issuer::new();
    issuer.knows("array", json!({ "username": "bob", "rights": ["b", "a"], "scope": "c", "plan": "gold" }));
    issuer.knows("words", json!({ "client_id": "app", "rights": "a", "exp": seconds_from_now(90.0), "plan": 7 }));
    let (url, _server) = issuer.start().await;
    let address = start(tokens(&url).scope_claim("rights").default_lifetime(Duration::from_secs(330))).await;
    let table = [("array", r#"bob ["a", "b"] Some(String("gold")) 5"#), ("words", r#"app ["a"] Some(Number(7)) 1"#)];
    for (token, expected) in table {
        for _ in 0..2 {
            let (status, mut client) = ask(address, "/", &format!("Authorization: Bearer {token}\r\n")).await;
            assert_eq!(status, 101);
            client.send_frame(TEXT, "who am I?").await;
            client.expects(TEXT, expected).await;
        }
    }
    assert_eq!(issuer.questions(), 2);
}

#[tokio::test]
async fn tokens_arrive_as_they_are() {
    let issuer = Issuer::new();
    let (url, _server) = issuer.start().await;
    let address = start(tokens(&url).token_type_hint("access_token")).await;
    let odd = ["a+b/c==", "a&token=0pen-sesame", "é %26=+", "a b\r\n", "~.-_"];
    for token in odd {
        let target = format!("/?token={}", utf8_percent_encode(token, NON_ALPHANUMERIC));
        assert_eq!(ask(address, &target, "").await.0, 401, "{token:?}");
    }
    assert_eq!(status(address, "a+b/c==").await, 401);
    let questions = issuer.questions.lock().expect("nobody panics");
    let expected = odd.map(|token| {
        HashMap::from(
            [("token", token), ("token_type_hint", "access_token")]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        )
    });
    assert_eq!(*questions, expected);
}

#[tokio::test]
async fn the_issuer_answers_its_client_alone() {
    let issuer = Issuer::new();
    let (url, _server) = issuer.start().await;
    let table = [
        (tokens(&url), 101),
        (Introspection::new(&url), 503),
        (Introspection::new(&url).client_credentials(CLIENT.0, "guess"), 503),
        (Introspection::new(&url).client_credentials("guess", CLIENT.1), 503),
    ];
    for (rule, expected) in table {
        let shown = format!("{rule:?}");
        assert!(!shown.contains(CLIENT.1), "{shown}");
        assert_eq!(status(start(rule).await, TOKEN).await, expected);
    }
}

/// Each way to fail, and what is told of it.
const FAILURES: [(Answer, &str); 9] = [
    (Answer::Html, "answer is no JSON object"),
    (Answer::Json, "answer is no JSON object"),
    (Answer::Unclear, "answer does not say whether the token is active"),
    (Answer::Unauthorized, "answered with status 401"),
    (Answer::Broken, "answered with status 500"),
    (Answer::Redirect, "answered with status 307"),
    (Answer::Enormous, "answer is too long"),
    (Answer::Silent, "no answer in time"),
    (Answer::Stalled, "no answer in time"),
];

#[tokio::test]
async fn nobody_is_let_in_while_the_issuer_fails() {
    let (log, _guard) = Log::listen();
    let issuer = Issuer::new();
    let (url, server) = issuer.start().await;
    let rule = || tokens(&url).cache(0, Duration::ZERO).timeout(Duration::from_secs(1));
    let address = start(rule()).await;
    for (answer, failure) in FAILURES {
        issuer.answers(answer);
        assert_eq!(status(address, TOKEN).await, 503, "{answer:?}");
        let told = log.entries().into_iter().rfind(|entry| entry.record.name == "authentication failed");
        let reason = told.expect("it is told").record.field("reason").to_owned();
        assert!(reason.contains(failure), "{answer:?}: {reason}");
        issuer.answers(Answer::Right);
        assert_eq!(status(address, TOKEN).await, 101, "a failure is not remembered: {answer:?}");
    }
    server.abort();
    server.await.expect_err("it is aborted");
    assert_eq!(status(address, TOKEN).await, 503);
    let entries = log.entries();
    let mut told = entries.iter().filter(|entry| entry.record.name == "tokens cannot be introspected");
    let record = &told.next().expect("it is told").record;
    is_listed(record);
    assert_eq!((record.field("url"), record.field("error")), (&*url, "answer is no JSON object"));
    assert!(told.count() < FAILURES.len(), "not each time");
    for secret in [TOKEN, CLIENT.1, &STANDARD.encode(CLIENT.1)] {
        assert!(!format!("{entries:?}").contains(secret), "{entries:?}");
    }
}

#[tokio::test]
async fn what_is_remembered_outlives_the_issuer() {
    let issuer = Issuer::new();
    let (url, server) = issuer.start().await;
    let address = start(tokens(&url)).await;
    assert_eq!(status(address, TOKEN).await, 101);
    server.abort();
    server.await.expect_err("it is aborted");
    assert_eq!(status(address, TOKEN).await, 101);
    assert_eq!(status(address, "another").await, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_with_the_same_token_cause_one_request() {
    const UPGRADES: usize = 10_000;
    let issuer = Issuer::new();
    issuer.answers(Answer::Later);
    let (url, _server) = issuer.start().await;
    let address = start(tokens(&url)).await;
    let waiting = join_all((0..64).map(|_| async {
        let mut client = RawClient::connect(address).await;
        client.send(handshake("/", &format!("Authorization: Bearer {TOKEN}\r\n"))).await;
        client
    }));
    let waiting = waiting.await;
    within("the request", async {
        while issuer.questions() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    issuer.gate.add_permits(UPGRADES);
    for mut client in waiting {
        assert_eq!(client.response().await.status, 101);
    }
    let statuses = stream::iter(64..UPGRADES).map(|_| status(address, TOKEN)).buffer_unordered(64);
    let count = statuses.filter(|status| std::future::ready(*status == 101)).count().await;
    assert_eq!((count, issuer.questions()), (UPGRADES - 64, 1));
}

#[tokio::test]
async fn it_is_remembered_for_as_long_as_is_said() {
    let issuer = Issuer::new();
    let (url, _server) = issuer.start().await;
    let table = [(tokens(&url), 1, 1), (forgetful(&url), 3, 3), (tokens(&url).negative_cache(Duration::ZERO), 1, 3)];
    for (rule, good, bad) in table {
        let address = start(rule).await;
        for (token, expected, count) in [(TOKEN, 101, good), ("unknown", 401, bad)] {
            let before = issuer.questions();
            for _ in 0..3 {
                assert_eq!(status(address, token).await, expected);
            }
            assert_eq!(issuer.questions() - before, count, "{token}");
        }
    }
    let address = start(tokens(&url).cache(1, Duration::from_mins(1))).await;
    issuer.knows("another", json!({ "sub": "bob" }));
    let before = issuer.questions();
    for token in [TOKEN, "another", "unknown", "another", TOKEN] {
        status(address, token).await;
    }
    assert_eq!(issuer.questions() - before, 4, "one makes room for the other, and nobody's guess");
}

#[tokio::test]
async fn nothing_is_remembered_past_the_end_of_a_token() {
    let issuer = Issuer::new();
    issuer.knows("short", json!({ "sub": "ann", "exp": seconds_from_now(2.0) }));
    let (url, _server) = issuer.start().await;
    let address = start(tokens(&url).cache(10, Duration::from_hours(1))).await;
    let (first, mut client) = ask(address, "/", "Authorization: Bearer short\r\n").await;
    assert_eq!(first, 101);
    assert_eq!(client.closing().await.0, 1008);
    issuer.knows("short", json!({ "sub": "ann", "exp": seconds_from_now(600.0) }));
    assert_eq!((status(address, "short").await, issuer.questions()), (101, 2));
    issuer.forgets("short");
    assert_eq!(status(address, "short").await, 101, "it is remembered");
}

#[tokio::test]
async fn a_request_outlives_the_client_that_caused_it() {
    let issuer = Issuer::new();
    issuer.answers(Answer::Later);
    let (url, _server) = issuer.start().await;
    let address = start(tokens(&url)).await;
    let mut gone = RawClient::connect(address).await;
    gone.send(handshake("/", &format!("Authorization: Bearer {TOKEN}\r\n"))).await;
    within("the request", async {
        while issuer.questions() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(gone);
    issuer.gate.add_permits(1);
    assert_eq!(status(address, TOKEN).await, 101);
    assert_eq!(issuer.questions(), 1);
}

#[tokio::test]
async fn no_more_requests_than_are_allowed_are_under_way() {
    let issuer = Issuer::new();
    issuer.answers(Answer::Later);
    let (url, _server) = issuer.start().await;
    let address = start(tokens(&url).max_requests(2)).await;
    let names: Vec<_> = (0..20).map(|index| format!("token-{index}")).collect();
    let statuses = join_all(names.iter().map(|name| status(address, name)));
    let opened = async {
        // Each answer lets the next request through.
        for asked in 1..=names.len() {
            while issuer.questions() < asked {
                tokio::task::yield_now().await;
            }
            issuer.gate.add_permits(1);
        }
    };
    let (statuses, ()) = within("all answers", async { tokio::join!(statuses, opened) }).await;
    assert_eq!(statuses, [401; 20]);
    assert_eq!((issuer.most_asking.load(Relaxed), issuer.questions()), (2, 20));

    issuer.answers(Answer::Silent);
    let patient = start(tokens(&url).max_requests(1).timeout(Duration::from_millis(200))).await;
    let statuses = join_all(names.iter().map(|name| status(patient, name)));
    assert_eq!(within("the ends of all", statuses).await, [503; 20]);
    assert!(issuer.questions() < 40, "most of them were not sent");
}

#[tokio::test]
async fn the_issuer_is_asked_over_tls_if_the_authority_vouches_for_it() {
    let issuer = Issuer::new();
    let (authority, other, folder) = (Authority::new("authority"), Authority::new("other"), Folder::new());
    let (trusted, stranger) = (folder.write("ca.pem", authority.pem()), folder.write("other.pem", other.pem()));
    let identity = authority.server();
    let tls = TlsConfig::from_pem(identity.certificate.as_str(), identity.key.as_str());
    let server = serve(Listener::new(0).tls(tls).fallback(issuer.router())).await;
    let url = format!("https://localhost:{}/ask", server.port());
    assert_eq!(status(start(tokens(&url).authority_file(trusted)).await, TOKEN).await, 101);
    assert_eq!(status(start(tokens(&url).authority_file(stranger)).await, TOKEN).await, 503);
    assert_eq!(issuer.questions(), 1, "a stranger is not asked");
}

#[tokio::test]
async fn mistakes_are_found_when_the_listener_binds() {
    let url = "http://127.0.0.1:9/ask";
    let table = [
        (Introspection::new(url), None),
        (Introspection::new("http://issuer.example/").dangerously_allow_plain_http(), None),
        (Introspection::new("http://issuer.example/"), Some("whoever is on the way could answer instead")),
        (Introspection::new(url).max_requests(0), Some("max_requests of the introspection must be at least 1")),
        (Introspection::new("https://a.example/").authority_file("nowhere.pem"), Some("nowhere.pem: ")),
    ];
    for (rule, expected) in table {
        let listener = Listener::new(0).host("127.0.0.1").auth(Auth::rule(rule)).service::<Guarded>();
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
