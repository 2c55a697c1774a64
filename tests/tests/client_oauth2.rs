//! Tokens that an authorization server gives to a client: kept, renewed, and what happens when there is none.

use std::collections::VecDeque;
use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router as AxumRouter;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::certificates::{Authority, Folder};
use tests::raw_server::RawServer;
use tests::server::serve;
use tests::{ForeignServer, within};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use websocket::{Client, ClientBuilder, ConfigError, ConnectError, Error, Listener, Message, OAuth2, TlsConfig};

/// An authorization server.
struct Issuer {
    /// What it answers next; then it gives `token` as often as it is asked.
    answers: Mutex<VecDeque<(u16, String)>>,
    /// What it was asked: who asks, and the form.
    questions: Mutex<Vec<(String, String)>>,
    /// How many answers may go out.
    gate: Semaphore,
}

impl Issuer {
    fn new() -> Arc<Self> {
        let (answers, questions) = (Mutex::default(), Mutex::default());
        Arc::new(Self { answers, questions, gate: Semaphore::new(1000) })
    }

    /// Gives this token next.
    fn gives(&self, token: &str, more: &Value) {
        let mut answer = json!({ "access_token": token, "token_type": "Bearer" });
        let more = more.as_object().expect("it is an object").clone();
        answer.as_object_mut().expect("it is an object").extend(more);
        self.answers(200, answer.to_string());
    }

    fn answers(&self, status: u16, body: impl Into<String>) {
        self.answers.lock().expect("nobody panics").push_back((status, body.into()));
    }

    /// What it was asked since this was called last.
    fn questions(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.questions.lock().expect("nobody panics"))
    }

    /// The forms alone.
    fn forms(&self) -> Vec<String> {
        self.questions().into_iter().map(|(_, form)| form).collect()
    }

    fn router(self: &Arc<Self>) -> AxumRouter {
        AxumRouter::new().route("/token", post(answer)).with_state(Arc::clone(self))
    }

    async fn start(self: &Arc<Self>) -> String {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let url = format!("http://{}/token", socket.local_addr().expect("it has an address"));
        let router = self.router();
        tokio::spawn(async move { axum::serve(socket, router).await.expect("it serves") });
        url
    }
}

async fn answer(State(issuer): State<Arc<Issuer>>, headers: HeaderMap, form: String) -> Response<Body> {
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    let client = headers.get("authorization").map(|value| value.to_str().expect("it is ASCII").to_owned());
    issuer.questions.lock().expect("nobody panics").push((client.unwrap_or_default(), form));
    issuer.gate.acquire().await.expect("it stays open").forget();
    let next = issuer.answers.lock().expect("nobody panics").pop_front();
    let (status, body) = next.unwrap_or_else(|| (200, r#"{"access_token":"token","expires_in":3600}"#.to_owned()));
    Response::builder().status(status).header("location", "/again").body(body.into()).expect("it is right")
}

/// What the server is shown.
async fn shown(builder: &ClientBuilder) -> String {
    let connected = within("the connection", builder.clone().connect()).await;
    let client = connected.expect("the server accepts");
    client.write_text("header authorization").await.expect("it is open");
    let answer = within("an answer", client.read()).await.expect("the connection is not broken");
    let Some(Message::Text(text)) = answer else { panic!("{answer:?}") };
    text.as_str().to_owned()
}

/// Why there is no token, and whether there may be one later.
async fn failure(tokens: OAuth2) -> (String, bool) {
    let connecting = Client::builder("ws://localhost:1/").credentials(tokens).connect();
    let Err(Error::Connect(error)) = within("the end", connecting).await else { panic!("there is no token") };
    let is_transient = error.is_transient();
    let ConnectError::Credentials(error) = error else { panic!("{error:?}") };
    (error.source().expect("there is a reason").to_string(), is_transient)
}

/// It is good for a while.
fn kept() -> Value {
    json!({ "expires_in": 3600 })
}

/// It is over at once.
fn short() -> Value {
    json!({ "expires_in": 10 })
}

#[tokio::test]
async fn a_token_is_fetched_and_kept() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    let tokens = OAuth2::client_credentials(issuer.start().await, "chat client", "s:é s+%&=")
        .scopes(["read", "write all"])
        .parameter("audience", "https://chat.example/?a=b");
    let builder = Client::builder(node.url()).credentials(tokens);
    issuer.gives("first", &kept());
    for _ in 0..3 {
        assert_eq!(shown(&builder).await, "Bearer first");
    }
    // The pair is encoded as in a form, then in base64: RFC 6749 §2.3.1.
    let client = "Basic Y2hhdCtjbGllbnQ6cyUzQSVDMyVBOStzJTJCJTI1JTI2JTNE";
    let form = "grant_type=client_credentials&audience=https%3A%2F%2Fchat.example%2F%3Fa%3Db&scope=read+write+all";
    assert_eq!(issuer.questions(), [(client.to_owned(), form.to_owned())]);
}

#[tokio::test]
async fn the_client_may_be_in_the_body() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    let url = issuer.start().await;
    let tokens = OAuth2::client_credentials(&url, "chat", "s:é").client_in_body();
    shown(&Client::builder(node.url()).credentials(tokens)).await;
    let form = "grant_type=client_credentials&client_id=chat&client_secret=s%3A%C3%A9";
    assert_eq!(issuer.questions(), [(String::new(), form.to_owned())]);
    let tokens = OAuth2::password(&url, "ann", "sesame").parameter("client_id", "public");
    shown(&Client::builder(node.url()).credentials(tokens)).await;
    let form = "grant_type=password&username=ann&password=sesame&client_id=public";
    assert_eq!(issuer.questions(), [(String::new(), form.to_owned())]);
}

#[tokio::test]
async fn a_token_is_used_until_shortly_before_its_end() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    let url = issuer.start().await;
    let new = || OAuth2::client_credentials(&url, "chat", "sesame");
    let second = Duration::from_secs(1);
    let table = [
        (new(), json!({ "expires_in": 10 }), 2),
        (new(), json!({ "expires_in": 100 }), 1),
        (new(), json!({ "expires_in": "10" }), 2),
        (new(), json!({ "expires_in": 0 }), 2),
        (new(), json!({ "expires_in": u64::MAX }), 1),
        (new().clock_skew(Duration::ZERO), json!({ "expires_in": 10 }), 1),
        (new().clock_skew(100 * second), json!({ "expires_in": 100 }), 2),
        (new(), json!({}), 1),
        (new().clock_skew(3_600 * second), json!({}), 2),
        (new().default_lifetime(10 * second), json!({}), 2),
        (new().default_lifetime(10 * second), json!({ "expires_in": 100 }), 1),
    ];
    for (tokens, answer, questions) in table {
        let builder = Client::builder(node.url()).credentials(tokens);
        issuer.gives("first", &answer);
        assert_eq!(shown(&builder).await, "Bearer first");
        assert_eq!(shown(&builder).await, if questions == 1 { "Bearer first" } else { "Bearer token" });
        assert_eq!(issuer.questions().len(), questions, "{answer}");
    }
}

#[tokio::test]
async fn a_password_is_shown_once_if_there_is_a_refresh_token() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    let tokens = OAuth2::password(issuer.start().await, "Jürgen", "s:s+").client("chat", "secret").scopes(["read"]);
    let builder = Client::builder(node.url()).credentials(tokens);
    let with = |refresh: &str| json!({ "expires_in": 10, "refresh_token": refresh });
    issuer.gives("first", &with("once"));
    issuer.gives("second", &with("twice"));
    issuer.gives("third", &short());
    // The refresh token has come to its end.
    issuer.answers(400, r#"{"error":"invalid_grant"}"#);
    issuer.gives("fourth", &short());
    issuer.gives("fifth", &short());
    for expected in ["first", "second", "third", "fourth", "fifth"] {
        assert_eq!(shown(&builder).await, format!("Bearer {expected}"));
    }
    let password = "grant_type=password&username=J%C3%BCrgen&password=s%3As%2B&scope=read";
    let refresh = |token: &str| format!("grant_type=refresh_token&refresh_token={token}&scope=read");
    let expected = [password, &refresh("once"), &refresh("twice"), &refresh("twice"), password, password];
    assert_eq!(issuer.forms(), expected);
}

#[tokio::test]
async fn a_refresh_token_is_replaced() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    let builder =
        Client::builder(node.url()).credentials(OAuth2::refresh_token(issuer.start().await, "given").client("a", "b"));
    issuer.gives("first", &short());
    issuer.gives("second", &json!({ "expires_in": 10, "refresh_token": "next" }));
    issuer.gives("third", &short());
    issuer.answers(400, "{}");
    for expected in ["first", "second", "third"] {
        assert_eq!(shown(&builder).await, format!("Bearer {expected}"));
    }
    let refused = within("the end", builder.connect()).await.expect_err("there is no other way");
    assert!(matches!(refused, Error::Connect(ConnectError::Credentials(_))), "{refused:?}");
    let refresh = |token: &str| format!("grant_type=refresh_token&refresh_token={token}");
    assert_eq!(issuer.forms(), [refresh("given"), refresh("given"), refresh("next"), refresh("next")]);
}

/// A client that shows itself needs none: RFC 6749 §4.4.3.
#[tokio::test]
async fn a_refresh_token_is_of_no_use_to_a_client_with_a_secret() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    let tokens = OAuth2::client_credentials(issuer.start().await, "chat", "secret");
    let builder = Client::builder(node.url()).credentials(tokens);
    issuer.gives("first", &json!({ "expires_in": 10, "refresh_token": "no" }));
    shown(&builder).await;
    shown(&builder).await;
    assert_eq!(issuer.forms(), ["grant_type=client_credentials", "grant_type=client_credentials"]);
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_renewed_once() {
    let (issuer, server) = (Issuer::new(), RawServer::bind().await);
    let tokens = OAuth2::client_credentials(issuer.start().await, "chat", "secret");
    let builder = Client::builder(server.url("/")).credentials(tokens);
    for token in ["first", "second", "third"] {
        issuer.gives(token, &kept());
    }
    for (shown, is_accepted) in [(["first", "second"], true), (["second", "third"], false)] {
        let serving = async {
            for (index, token) in shown.into_iter().enumerate() {
                let mut peer = server.accept().await;
                assert_eq!(peer.headers("authorization"), [format!("Bearer {token}")]);
                let response = match (index, is_accepted) {
                    (1, true) => peer.switching_protocols(""),
                    _ => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned(),
                };
                peer.send(response).await;
            }
        };
        let (connected, ()) = tokio::join!(within("the end", builder.clone().connect()), serving);
        match connected {
            Ok(client) if is_accepted => drop(client),
            Err(Error::Connect(ConnectError::Refused { response })) if !is_accepted => {
                assert_eq!(response.status(), 401);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(issuer.questions().len(), 3);
}

#[tokio::test]
async fn many_who_connect_at_once_ask_once() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    let tokens = OAuth2::client_credentials(issuer.start().await, "chat", "secret");
    let builder = Client::builder(node.url()).credentials(tokens);
    let shown = join_all((0..20).map(|_| shown(&builder))).await;
    assert_eq!(shown, vec!["Bearer token"; 20]);
    assert_eq!(issuer.questions().len(), 1);
}

/// A refresh token that was used is gone: the one in its place must arrive.
#[tokio::test]
async fn a_question_goes_on_without_who_asked() {
    let (issuer, node) = (Issuer::new(), ForeignServer::node_ws().await);
    issuer.gate.forget_permits(1000);
    let tokens = OAuth2::refresh_token(issuer.start().await, "given");
    let builder = Client::builder(node.url()).credentials(tokens);
    issuer.gives("first", &kept());
    let gone = tokio::spawn(builder.clone().connect());
    while issuer.questions.lock().expect("nobody panics").is_empty() {
        tokio::task::yield_now().await;
    }
    gone.abort();
    assert!(gone.await.expect_err("it was broken off").is_cancelled());
    issuer.gate.add_permits(1);
    assert_eq!(shown(&builder).await, "Bearer first");
    assert_eq!(issuer.questions().len(), 1);
}

#[tokio::test]
async fn an_answer_without_a_token_says_whether_there_may_be_one_later() {
    let issuer = Issuer::new();
    let url = issuer.start().await;
    let status = |status: u16| format!("token endpoint answered with status {status}");
    let none = "token endpoint gave no `access_token`";
    let wrong = "token endpoint gave an `access_token` that is none";
    let long = format!(r#"{{"error":"{}"}}"#, "x".repeat(65));
    let table = [
        (
            400,
            r#"{"error":"invalid_scope","error_description":"secret"}"#,
            format!("{}: invalid_scope", status(400)),
            false,
        ),
        (401, r#"{"error":"invalid_client"}"#, format!("{}: invalid_client", status(401)), false),
        (400, r#"{"error":"a\nb"}"#, status(400), false),
        (400, &long, status(400), false),
        (403, "<html>", status(403), false),
        (404, "", status(404), false),
        (302, "", status(302), false),
        (307, "", status(307), false),
        (408, "", status(408), true),
        (429, "", status(429), true),
        (500, "", status(500), true),
        (503, r#"{"error":"temporarily_unavailable"}"#, format!("{}: temporarily_unavailable", status(503)), true),
        (200, "<html>Please log in</html>", none.to_owned(), true),
        (200, "[]", none.to_owned(), true),
        (200, r#"{"access_token":7}"#, none.to_owned(), true),
        (200, r#"{"access_token":""}"#, wrong.to_owned(), true),
        (200, r#"{"access_token":"a\r\nb: c"}"#, wrong.to_owned(), true),
        (200, r#"{"access_token":"a","token_type":"mac"}"#, "token is of the type `mac`".to_owned(), false),
    ];
    for (status, body, expected, is_transient) in table {
        issuer.answers(status, body);
        let tokens = OAuth2::client_credentials(&url, "chat", "secret");
        assert_eq!(failure(tokens).await, (expected, is_transient), "{status} {body}");
    }
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_is_no_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}/token", listener.local_addr().expect("it listens"));
    drop(listener);
    assert!(failure(OAuth2::client_credentials(&url, "chat", "secret")).await.1);

    let issuer = Issuer::new();
    let url = issuer.start().await;
    for (limit, size, is_right) in [(64 * 1024, 64 * 1024, true), (64 * 1024, 64 * 1024 + 1, false), (100, 101, false)]
    {
        let token = r#"{"access_token":"a"}"#;
        issuer.answers(200, format!("{token}{}", " ".repeat(size - token.len())));
        let tokens = OAuth2::client_credentials(&url, "chat", "secret");
        let tokens = if limit == 100 { tokens.max_response_size(limit) } else { tokens };
        let connected = Client::builder("ws://localhost:1/").credentials(tokens).connect().await;
        let Err(Error::Connect(error)) = connected else { panic!("nobody listens") };
        assert!(error.is_transient());
        assert_eq!(matches!(error, ConnectError::Io { .. }), is_right, "{error:?}");
    }
}

#[tokio::test]
async fn an_issuer_has_its_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let url = format!("http://{}/token", listener.local_addr().expect("it listens"));
    let new = || OAuth2::client_credentials(&url, "chat", "secret");
    for (tokens, seconds) in [(new(), 5), (new().timeout(Duration::from_secs(7)), 7)] {
        let begin = Instant::now();
        let silent = async {
            let accepted = listener.accept().await;
            // From here on, the time passes that somebody waits for.
            tokio::time::pause();
            accepted
        };
        let (failed, _accepted) = tokio::join!(failure(tokens), silent);
        assert_eq!(failed, ("no answer in time".to_owned(), true));
        assert_eq!(begin.elapsed().as_secs(), seconds);
        tokio::time::resume();
    }
}

#[tokio::test]
async fn an_issuer_is_asked_over_tls() {
    let (issuer, node, folder) = (Issuer::new(), ForeignServer::node_ws().await, Folder::new());
    let authority = Authority::new("ca");
    let server = authority.server();
    let tls = TlsConfig::from_pem(server.certificate, server.key);
    let address = serve(Listener::new(0).fallback(issuer.router()).tls(tls)).await;
    let new = || OAuth2::client_credentials(format!("https://localhost:{}/token", address.port()), "chat", "secret");
    let trusting = new().authority_file(folder.write("ca.pem", authority.pem()));
    assert_eq!(shown(&Client::builder(node.url()).credentials(trusting)).await, "Bearer token");
    let other = folder.write("other.pem", Authority::new("another ca").pem());
    let (reason, is_transient) = failure(new().authority_file(other)).await;
    assert!(reason.contains("UnknownIssuer") && is_transient, "{reason}");
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let far = "http://issuer.example/token";
    let new = |url: &str| OAuth2::client_credentials(url, "chat", "very secret");
    let table = [
        (new("issuer.example"), "url `issuer.example` must be `https`".to_owned()),
        (new(far), format!("url `{far}` must be `https`: whoever is on the way could answer instead")),
        (new("http://localhost/").parameter("scope", "a"), "parameter `scope` is one of the grant itself".to_owned()),
        (
            OAuth2::password("http://localhost/", "ann", "very secret").parameter("password", "very secret"),
            "parameter `password` is one of the grant itself".to_owned(),
        ),
        (
            OAuth2::refresh_token("https://localhost/", "very secret").authority_file("no.pem"),
            "no.pem: I/O error: No such file or directory (os error 2)".to_owned(),
        ),
    ];
    for (tokens, expected) in table {
        assert!(!format!("{tokens:?}").contains("secret"), "{tokens:?}");
        let error = Client::builder("ws://localhost:1/").credentials(tokens).connect().await.expect_err(&expected);
        assert_eq!(error.to_string(), format!("invalid `credentials` of the client: {expected}"));
        assert!(matches!(error, Error::Config(ConfigError::Credentials { .. })), "{error:?}");
    }
    // There is no such host, but it is asked for.
    let tokens = new("http://issuer.invalid/token").dangerously_allow_plain_http();
    assert!(failure(tokens).await.1);
}
