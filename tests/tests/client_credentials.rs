//! What a client shows of itself: cookies, passwords, and tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tests::ForeignServer;
use tests::certificates::Folder;
use tests::issuer::{Issuer, seconds_from_now};
use tests::raw_server::RawServer;
use tests::server::serve;
use tests::within;
use websocket::{
    Auth, Caller, Client, ClientBuilder, ConfigError, ConnectError, Error, Jwt, JwtAlgorithm, Listener, Message, Users,
    hash_password,
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
