//! What a client shows of itself: cookies, passwords, and tokens.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::ForeignServer;
use tests::certificates::Folder;
use tests::issuer::{Issuer, seconds_from_now};
use tests::raw_server::RawServer;
use tests::server::serve;
use tests::within;
use tokio::process::Command;
use tokio::time::Instant;
use websocket::http::HeaderValue;
use websocket::{
    Auth, Authorize, BoxError, Caller, Client, ClientBuilder, ConfigError, ConnectError, CredentialsError, Error, Jwt,
    JwtAlgorithm, JwtIssuer, Listener, Message, Users, hash_password,
};

/// Says who somebody is.
#[derive(Default)]
struct Guarded;

#[websocket::service(path = "/")]
impl Guarded {
    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> String {
        caller.identity().expect("it has been found out").subject().to_owned()
    }
}

async fn ask(builder: ClientBuilder, question: &str) -> String {
    let connected = within("the connection", builder.connect()).await;
    let client = connected.expect("the server accepts");
    client.write_text(question).await.expect("it is open");
    let answer = within("an answer", client.read()).await.expect("the connection is not broken");
    let Some(Message::Text(text)) = answer else { panic!("{answer:?}") };
    text.as_str().to_owned()
}

/// The status with which somebody is refused.
async fn refusal(builder: ClientBuilder) -> u16 {
    match within("the refusal", builder.connect()).await {
        Err(Error::Connect(ConnectError::Refused { response })) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn cookies_arrive() {
    let node = ForeignServer::node_ws().await;
    let python = ForeignServer::python_websockets().await;
    for url in [node.url(), python.url()] {
        let builder = Client::builder(url).subprotocols(["echo.v1"]);
        assert_eq!(ask(builder.clone(), "header cookie").await, "");
        let one = builder.clone().cookie("session", "0123=abc==");
        assert_eq!(ask(one.clone(), "header cookie").await, "session=0123=abc==");
        let more = one.cookies([("empty", ""), ("quoted", "\"a\"")]).cookie("last", "!#$%&'()*+-./:<=>?@[]^_`{|}~");
        let expected = "session=0123=abc==; empty=; quoted=\"a\"; last=!#$%&'()*+-./:<=>?@[]^_`{|}~";
        assert_eq!(ask(more, "header cookie").await, expected);
    }
}

/// [RFC 6265 §5.4](https://www.rfc-editor.org/rfc/rfc6265#section-5.4).
#[tokio::test]
async fn cookies_are_in_one_header() {
    let server = RawServer::bind().await;
    let builder = Client::builder(server.url("/")).cookies([("a", "1"), ("b", "2")]).cookie("a", "3");
    let (client, peer) = tokio::join!(builder.connect(), server.upgrade(""));
    drop(client.expect("the answer is right"));
    assert_eq!(peer.headers("cookie"), ["a=1; b=2; a=3"]);
}

#[tokio::test]
async fn a_password_lets_in() {
    let hash = hash_password("ses:ame ü");
    let folder = Folder::new();
    let file = folder.write("users.toml", format!("[[users]]\nname = \"Jürgen\"\npassword = \"{hash}\"\n"));
    let users = Auth::rule(Users::from_file(file));
    let address = serve(Listener::new(0).auth(users).service::<Guarded>()).await;
    let builder = Client::builder(format!("ws://{address}/"));
    assert_eq!(refusal(builder.clone()).await, 401);
    assert_eq!(refusal(builder.clone().basic_auth("Jürgen", "apple")).await, 401);
    // The last one counts.
    let builder = builder.bearer_token("0123").basic_auth("Jürgen", "ses:ame ü");
    assert_eq!(ask(builder, "who").await, "Jürgen");
    // The example of RFC 7617 §2.
    let node = ForeignServer::node_ws().await;
    let aladdin = Client::builder(node.url()).basic_auth("Aladdin", "open sesame");
    assert_eq!(ask(aladdin, "header authorization").await, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

#[tokio::test]
async fn a_token_lets_in() {
    let secret = "0123456789abcdef0123456789abcdef";
    let token = Issuer::start().sign("HS256", secret, &json!({ "sub": "ann", "exp": seconds_from_now(60.0) })).await;
    let tokens = Auth::rule(Jwt::with_secret([JwtAlgorithm::HS256], secret));
    let address = serve(Listener::new(0).auth(tokens).service::<Guarded>()).await;
    let builder = Client::builder(format!("ws://{address}/"));
    assert_eq!(refusal(builder.clone().bearer_token("0123")).await, 401);
    assert_eq!(ask(builder.basic_auth("ann", "sesame").bearer_token(token), "who").await, "ann");
}

/// Gives out a token for each question, until it is told that one is refused.
#[derive(Clone, Default)]
struct Tokens {
    asked: Arc<AtomicUsize>,
    refused: Arc<Mutex<Vec<HeaderValue>>>,
    has_more: bool,
}

impl Authorize for Tokens {
    async fn authorization(&self) -> Result<HeaderValue, CredentialsError> {
        Ok(format!("Token {}", self.asked.fetch_add(1, Relaxed)).parse().expect("it is ASCII"))
    }

    async fn refused(&self, value: &HeaderValue) -> bool {
        self.refused.lock().expect("nobody panics").push(value.clone());
        self.has_more
    }
}

#[tokio::test]
async fn credentials_are_fetched_for_each_connection() {
    let node = ForeignServer::node_ws().await;
    let tokens = Tokens::default();
    // The last one counts.
    let builder = Client::builder(node.url()).basic_auth("ann", "sesame").credentials(tokens.clone());
    assert_eq!(ask(builder.clone(), "header authorization").await, "Token 0");
    assert_eq!(ask(builder.clone(), "header authorization").await, "Token 1");
    assert_eq!(ask(builder.bearer_token("0123"), "header authorization").await, "Bearer 0123");
    assert_eq!(tokens.asked.load(Relaxed), 2);
}

/// The server refuses so often, then accepts. Returns what it was shown, and what became of it.
async fn refuse(tokens: &Tokens, statuses: &[u16]) -> (Vec<String>, Option<u16>) {
    let server = RawServer::bind().await;
    let serving = async {
        let mut shown = Vec::new();
        for status in statuses {
            let mut peer = server.accept().await;
            shown.push(peer.headers("authorization").concat());
            let response = match status {
                101 => peer.switching_protocols(""),
                status => format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n"),
            };
            peer.send(response).await;
        }
        shown
    };
    let connecting = Client::builder(server.url("/")).credentials(tokens.clone()).connect();
    let (connected, shown) = tokio::join!(within("the end", connecting), serving);
    match connected {
        Ok(client) => drop(client),
        Err(Error::Connect(ConnectError::Refused { response })) => return (shown, Some(response.status().as_u16())),
        Err(error) => panic!("{error:?}"),
    }
    (shown, None)
}

#[tokio::test]
async fn refused_credentials_are_renewed_once() {
    let none = Tokens::default();
    assert_eq!(refuse(&none, &[401]).await, (vec!["Token 0".to_owned()], Some(401)));
    assert_eq!(*none.refused.lock().expect("nobody panics"), ["Token 0"]);
    let some = || Tokens { has_more: true, ..Tokens::default() };
    let twice = vec!["Token 0".to_owned(), "Token 1".to_owned()];
    assert_eq!(refuse(&some(), &[401, 101]).await, (twice.clone(), None));
    assert_eq!(refuse(&some(), &[401, 401]).await, (twice.clone(), Some(401)));
    assert_eq!(refuse(&some(), &[401, 503]).await, (twice, Some(503)));
    // Only 401 is about them.
    assert_eq!(refuse(&some(), &[403]).await, (vec!["Token 0".to_owned()], Some(403)));
}

type Reason = fn(BoxError) -> CredentialsError;

/// Has none.
struct Nothing(Reason);

impl Authorize for Nothing {
    async fn authorization(&self) -> Result<HeaderValue, CredentialsError> {
        Err(self.0("there is nothing".into()))
    }
}

#[tokio::test]
async fn without_credentials_there_is_no_connection() {
    let table: [(Reason, bool); 2] = [(CredentialsError::unavailable, true), (CredentialsError::refused, false)];
    for (error, is_transient) in table {
        let connected = Client::builder("ws://localhost:1/").credentials(Nothing(error)).connect().await;
        let Err(Error::Connect(error)) = connected else { panic!("{connected:?}") };
        assert_eq!(error.to_string(), "there are no credentials for the connection");
        assert_eq!(error.is_transient(), is_transient);
        assert!(matches!(error, ConnectError::Credentials(_)), "{error:?}");
    }
}

/// Never comes to an end.
struct Slow;

impl Authorize for Slow {
    async fn authorization(&self) -> Result<HeaderValue, CredentialsError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn fetching_credentials_takes_of_the_time_of_the_handshake() {
    let builder = Client::builder("ws://localhost:1/").credentials(Slow).handshake_timeout(Duration::from_secs(7));
    let begin = Instant::now();
    let connected = builder.connect().await;
    assert!(matches!(connected, Err(Error::Connect(ConnectError::Timeout))), "{connected:?}");
    assert_eq!(begin.elapsed().as_secs(), 7);
}

/// The token that a client shows.
async fn shown(node: &ForeignServer, tokens: JwtIssuer) -> String {
    let value = ask(Client::builder(node.url()).credentials(tokens), "header authorization").await;
    value.strip_prefix("Bearer ").expect("it is a bearer token").to_owned()
}

#[tokio::test]
async fn pyjwt_takes_our_tokens() {
    let (node, mut python) = (ForeignServer::node_ws().await, Issuer::start());
    let kinds = [
        ("RSA", &[JwtAlgorithm::RS256, JwtAlgorithm::RS384, JwtAlgorithm::RS512][..]),
        ("RSA", &[JwtAlgorithm::PS256, JwtAlgorithm::PS384, JwtAlgorithm::PS512]),
        ("P-256", &[JwtAlgorithm::ES256]),
        ("P-384", &[JwtAlgorithm::ES384]),
        ("Ed25519", &[JwtAlgorithm::EdDSA]),
    ];
    let folder = Folder::new();
    for (kind, algorithms) in kinds {
        let key = python.key(kind).await;
        for &algorithm in algorithms {
            let from_pem = JwtIssuer::with_private_key_pem(algorithm, key.private.as_str());
            let file = folder.write("key.pem", &key.private);
            // PKCS#1 and SEC1, where there is such a thing.
            let openssl = Command::new("openssl").args(["pkey", "-traditional", "-in"]).arg(&file).output();
            let mut traditional = openssl.await.expect("`openssl` starts").stdout;
            if kind == "Ed25519" {
                traditional = key.private.clone().into_bytes();
            }
            let from_file = JwtIssuer::with_private_key_file(algorithm, file);
            for issuer in [from_pem, from_file, JwtIssuer::with_private_key_pem(algorithm, traditional)] {
                let token = shown(&node, issuer.subject("ann")).await;
                let (header, claims) = python.verify(&algorithm.to_string(), &key.public, &token, None).await;
                assert_eq!(header, json!({ "typ": "JWT", "alg": algorithm.to_string() }));
                assert_eq!(claims["sub"], "ann");
            }
        }
    }
    let secret = "0123456789abcdef".repeat(4);
    for algorithm in [JwtAlgorithm::HS256, JwtAlgorithm::HS384, JwtAlgorithm::HS512] {
        let token = shown(&node, JwtIssuer::with_secret(algorithm, secret.as_str())).await;
        let (header, claims) = python.verify(&algorithm.to_string(), &secret, &token, None).await;
        assert_eq!(header["alg"], algorithm.to_string());
        assert_eq!(claims.as_object().map(serde_json::Map::len), Some(2), "{claims}");
    }
}

#[tokio::test]
async fn a_token_says_what_it_is_told_to() {
    let (node, mut python) = (ForeignServer::node_ws().await, Issuer::start());
    let secret = "0123456789abcdef".repeat(2);
    let begin = seconds_from_now(-1.0);
    let issuer = || JwtIssuer::with_secret(JwtAlgorithm::HS256, secret.as_str());
    let token = shown(&node, issuer()).await;
    let (_, claims) = python.verify("HS256", &secret, &token, None).await;
    let seconds = |claims: &Value, name: &str| claims[name].as_u64().expect("it is a number");
    assert!((begin..seconds_from_now(1.0)).contains(&claims["iat"].as_f64().expect("it is a number")));
    assert_eq!(seconds(&claims, "exp") - seconds(&claims, "iat"), 300);

    let told = issuer()
        .issuer("https://ann.example")
        .subject("ann")
        .audience("chat")
        .key_id("2026")
        .lifetime(Duration::from_secs(20))
        .claim("scope", "read write")
        .claim("plan", json!({ "seats": 3 }));
    let token = shown(&node, told).await;
    assert_eq!(python.verify("HS256", &secret, &token, Some("other")).await.0, "InvalidAudienceError");
    let (header, mut claims) = python.verify("HS256", &secret, &token, Some("chat")).await;
    assert_eq!(header, json!({ "typ": "JWT", "alg": "HS256", "kid": "2026" }));
    assert_eq!(seconds(&claims, "exp") - seconds(&claims, "iat"), 20);
    claims.as_object_mut().expect("it is an object").retain(|name, _| name != "exp" && name != "iat");
    let expected = json!({
        "iss": "https://ann.example", "sub": "ann", "aud": "chat", "scope": "read write", "plan": { "seats": 3 },
    });
    assert_eq!(claims, expected);
    let token = shown(&node, issuer().audience("chat").audience("news")).await;
    assert_eq!(python.verify("HS256", &secret, &token, Some("news")).await.1["aud"], json!(["chat", "news"]));

    // Ours takes it as well.
    let tokens = Auth::rule(Jwt::with_secret([JwtAlgorithm::HS256], secret.as_str()).audience("chat"));
    let address = serve(Listener::new(0).auth(tokens).service::<Guarded>()).await;
    let builder = Client::builder(format!("ws://{address}/"));
    assert_eq!(ask(builder.clone().credentials(issuer().subject("ann").audience("chat")), "who").await, "ann");
    assert_eq!(refusal(builder.credentials(issuer().subject("ann").audience("news"))).await, 401);
}

#[tokio::test]
async fn an_issuer_of_tokens_that_cannot_sign_is_named() {
    let mut python = Issuer::start();
    let (p256, rsa) = (python.key("P-256").await.private, python.key("RSA").await.private);
    let secret = |bytes: usize| JwtIssuer::with_secret(JwtAlgorithm::HS256, vec![7; bytes]);
    let pem = |algorithm, pem: &str| JwtIssuer::with_private_key_pem(algorithm, pem);
    let table = [
        (secret(31), "secret has 31 bytes, and `HS256` needs 32 (RFC 7518, section 3.2)"),
        (
            JwtIssuer::with_secret(JwtAlgorithm::HS256, p256.as_str()),
            "secret is a PEM file, that is, a key: a constructor with `pem` in its name takes it",
        ),
        (JwtIssuer::with_secret(JwtAlgorithm::RS256, vec![7; 64]), "`RS256` does not go with a secret"),
        (pem(JwtAlgorithm::HS256, &rsa), "`HS256` does not go with a private key"),
        (pem(JwtAlgorithm::RS256, &p256), "private key is not one for `RS256`"),
        (pem(JwtAlgorithm::PS512, &p256), "private key is not one for `PS512`"),
        (pem(JwtAlgorithm::ES256, &rsa), "private key is not one for `ES256`"),
        (pem(JwtAlgorithm::ES384, &p256), "private key is not one for `ES384`"),
        (pem(JwtAlgorithm::EdDSA, &p256), "private key is not one for `EdDSA`"),
        (pem(JwtAlgorithm::ES256, "hello"), "there is no private key in the PEM"),
        (
            pem(JwtAlgorithm::ES256, &p256.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")),
            "private key is encrypted; decrypt it with `openssl pkey -in key.pem -out decrypted.pem`",
        ),
        (
            JwtIssuer::with_private_key_file(JwtAlgorithm::ES256, "no.pem"),
            "no.pem: No such file or directory (os error 2)",
        ),
        (secret(32).lifetime(Duration::ZERO), "lifetime of the token must be at least 1 s"),
        (secret(32).claim("exp", 1), "claim `exp` of the token cannot be set by `claim`"),
        (secret(32).claim("iat", 1), "claim `iat` of the token cannot be set by `claim`"),
        (secret(32).claim("aud", "chat"), "claim `aud` of the token cannot be set by `claim`"),
    ];
    for (issuer, expected) in table {
        assert!(!format!("{issuer:?}").contains("PRIVATE"), "{issuer:?}");
        let error = Client::builder("ws://localhost:1/").credentials(issuer).connect().await.expect_err(expected);
        assert_eq!(error.to_string(), format!("invalid `credentials` of the client: {expected}"));
        assert!(matches!(error, Error::Config(ConfigError::Credentials { .. })), "{error:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_named() {
    let new = || Client::builder("ws://localhost:1/");
    let value = "invalid `cookie` of the client: must have a value without spaces, `\"`, `,`, `;`, and `\\`, in ASCII";
    let control = "invalid `basic_auth` of the client: must not have control characters";
    let token = "invalid `bearer_token` of the client: must be visible ASCII, at least one character";
    let table = [
        (new().cookie("", "a"), "invalid `cookie` of the client: must have a name that is a token"),
        (new().cookie("a b", "a"), "invalid `cookie` of the client: must have a name that is a token"),
        (new().cookie("a", "b c"), value),
        (new().cookie("a", "b; c=d"), value),
        (new().cookie("a", "b,c"), value),
        (new().cookie("a", "\"b"), value),
        (new().cookie("a", "\\"), value),
        (new().cookie("a", "ü"), value),
        (new().cookies([("a", "b"), ("c", "\r\n")]), value),
        (
            new().header("cookie", "a=b").cookie("c", "d"),
            "invalid `cookie` of the client: must not be set as a `header`, too",
        ),
        (new().basic_auth("ann:x", "sesame"), "invalid `basic_auth` of the client: must have a name without `:`"),
        (new().basic_auth("ann\n", "sesame"), control),
        (new().basic_auth("ann", "\u{7f}"), control),
        (new().bearer_token(""), token),
        (new().bearer_token("a b"), token),
        (new().bearer_token("a\r\nb"), token),
        (
            new().header("authorization", "Bearer b").credentials(Tokens::default()),
            "invalid `authorization` of the client: must not be set as a `header`, too",
        ),
        (
            new().bearer_token("a").header("Authorization", "Bearer b"),
            "invalid `authorization` of the client: must not be set as a `header`, too",
        ),
    ];
    for (builder, expected) in table {
        let error = builder.connect().await.expect_err(expected);
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, Error::Config(ConfigError::Client { .. })), "{error:?}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let builder = Client::builder("ws://localhost/").cookie("session", "sesame").header("x-other", "shown");
    let shown = format!("{:?}", builder.clone().bearer_token("sesame"));
    assert!(shown.contains("shown") && !shown.contains("sesame"), "{shown}");
    let pair = STANDARD.encode("ann:sesame");
    let shown = format!("{:?}", builder.basic_auth("ann", "sesame"));
    assert!(!shown.contains("sesame") && !shown.contains(&pair), "{shown}");
    for name in ["Authorization", "Cookie", "Proxy-Authorization"] {
        let shown = format!("{:?}", Client::builder("ws://localhost/").header(name, "sesame"));
        assert!(shown.contains(&name.to_lowercase()) && !shown.contains("sesame"), "{shown}");
    }
}
