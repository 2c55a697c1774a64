//! Who may connect: rules in their order, scopes, what those hear who may not, and what the service learns of those who may.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use tests::raw::{RawClient, Response, TEXT, handshake};
use tests::server::serve;
use tokio::net::TcpListener;
use websocket::{
    Auth, AuthError, Authenticate, Caller, ConfigError, Credentials, Error, Identity, Listener, Router, Rule, Scheme,
    TokenSource, UpgradeError, UpgradeRequest,
};

/// Recognises `<prefix>-<user>[-<scope>…]`. What is told of it can be anything.
struct Tokens(&'static str);

impl Authenticate for Tokens {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        let token = credentials.bearer().ok_or(AuthError::Missing)?;
        let mut words = token.split('-');
        if words.next() != Some(self.0) {
            return Err(AuthError::invalid("not one of ours"));
        }
        match words.next() {
            Some("panic") => panic!("a rule panics"),
            Some("slow") => std::future::pending().await,
            Some("down") => Err(AuthError::Unavailable("nobody answers".into())),
            Some("late") => Ok(Identity::new("late").expires_at(SystemTime::UNIX_EPOCH)),
            Some(user) => Ok(Identity::new(user).scopes(words)),
            None => Err(AuthError::invalid_for("somebody", "a token without a user")),
        }
    }
}

/// Recognises the password of one user.
struct Password;

impl Authenticate for Password {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        match credentials.basic().ok_or(AuthError::Missing)? {
            ("ann", "sesame:é") => Ok(Identity::new("ann").scopes(["password"])),
            (user, _) => Err(AuthError::invalid_for(user, "wrong password")),
        }
    }

    fn scheme(&self) -> Scheme {
        Scheme::BASIC
    }
}

fn rules() -> Auth {
    let everywhere =
        [TokenSource::Cookie("session".to_owned()), TokenSource::Query("token".to_owned()), TokenSource::Subprotocol];
    let auth = Auth::rule(Rule::new(Tokens("a")).scopes(["read", "write"]))
        .or(Rule::new(Tokens("b")).all_of(["read", "write"]))
        .or(Password)
        .realm("chat");
    everywhere.into_iter().fold(auth, Auth::token_from)
}

struct Members(String);

/// How often an upgrade function has run.
type Count = Arc<AtomicUsize>;

#[websocket::service(path = "/members", auth = rules(), state = Count, subprotocols = ["chat"])]
impl Members {
    #[upgrade]
    fn accept(request: &UpgradeRequest, count: &Count) -> Self {
        count.fetch_add(1, Relaxed);
        Self(request.identity().expect("it has been found out").subject().to_owned())
    }

    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> String {
        let identity = caller.identity().expect("it has been found out");
        assert_eq!(identity.subject(), self.0);
        format!("{} {:?}", self.0, identity.all_scopes().collect::<Vec<_>>())
    }
}

macro_rules! greeter {
    ($name:ident: $($arguments:tt)*) => {
        #[derive(Default)]
        struct $name;

        #[websocket::service($($arguments)*)]
        impl $name {
            #[remote]
            fn on_text_message(&mut self, caller: &Caller, _text: &str) -> String {
                caller.identity().map_or("nobody".to_owned(), |identity| identity.subject().to_owned())
            }
        }
    };
}

greeter!(Plain: path = "/plain");
greeter!(Open: path = "/open", auth = Auth::none());

async fn start() -> (SocketAddr, Count) {
    let count = Count::default();
    let listener = Listener::new(0).handshake_timeout(Duration::from_millis(500)).auth(Auth::rule(Tokens("listener")));
    let listener = listener.service_with::<Members>(Arc::clone(&count)).service::<Plain>().service::<Open>();
    (serve(listener).await, count)
}

async fn ask(address: SocketAddr, target: &str, more: &str) -> (RawClient, Response) {
    let mut client = RawClient::connect(address).await;
    client.send(handshake(target, more)).await;
    let response = client.response().await;
    (client, response)
}

/// Returns what the service says to somebody whom it lets in.
async fn greeting(address: SocketAddr, target: &str, more: &str) -> String {
    let (mut client, response) = ask(address, target, more).await;
    assert_eq!(response.status, 101, "{more}: {response:?}");
    client.send_frame(TEXT, "who am I?").await;
    String::from_utf8(client.frame().await.expect("an answer").payload).expect("it is text")
}

/// Returns the status and the challenges for somebody who is not let in.
async fn refusal(address: SocketAddr, more: &str) -> (u16, Vec<String>) {
    let (_, response) = ask(address, "/members", more).await;
    let challenges = response.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
    (response.status, challenges.map(|(_, value)| value.clone()).collect())
}

fn basic(pair: &str) -> String {
    format!("Authorization: Basic {}\r\n", base64(pair.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[tokio::test]
async fn the_first_rule_that_recognises_the_credentials_decides() {
    let (address, count) = start().await;
    let table = [
        ("Authorization: Bearer a-ann-write\r\n".to_owned(), r#"ann ["write"]"#),
        ("authorization: bEARER   a-ann-read-x \r\n".to_owned(), r#"ann ["read", "x"]"#),
        ("Authorization: Bearer b-bob-write-read\r\n".to_owned(), r#"bob ["read", "write"]"#),
        (basic("ann:sesame:é"), r#"ann ["password"]"#),
        ("Cookie: a=b; session=a-ann-read; c=d\r\n".to_owned(), r#"ann ["read"]"#),
        ("Cookie: a=b\r\nCookie: session=a-ann-read\r\n".to_owned(), r#"ann ["read"]"#),
        ("Sec-WebSocket-Protocol: bearer.a-ann-read, chat\r\n".to_owned(), r#"ann ["read"]"#),
        ("Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: bearer.a-eve-read\r\n".to_owned(), r#"eve ["read"]"#),
    ];
    for (credentials, expected) in &table {
        assert_eq!(greeting(address, "/members", credentials).await, *expected);
    }
    assert_eq!(greeting(address, "/members?x=y&token=a-ann-read", "").await, r#"ann ["read"]"#);
    assert_eq!(count.load(Relaxed), table.len() + 1);
}

#[tokio::test]
async fn a_token_among_the_subprotocols_is_never_answered() {
    let (address, _) = start().await;
    let (_, response) = ask(address, "/members", "Sec-WebSocket-Protocol: bearer.a-ann-read, chat\r\n").await;
    assert_eq!((response.status, response.header("sec-websocket-protocol")), (101, Some("chat")));
    let (_, response) = ask(address, "/members", "Sec-WebSocket-Protocol: bearer.a-ann-read\r\n").await;
    assert_eq!((response.status, response.header("sec-websocket-protocol")), (101, None));
}

#[tokio::test]
async fn whoever_is_not_let_in_hears_what_to_show() {
    let (address, count) = start().await;
    let basic_challenge = r#"Basic realm="chat", charset="UTF-8""#;
    let challenges = |error: &str| vec![format!(r#"Bearer realm="chat"{error}"#), basic_challenge.to_owned()];
    let (nothing, invalid) = (challenges(""), challenges(r#", error="invalid_token""#));
    let forbidden = challenges(r#", error="insufficient_scope", scope="read write""#);
    let twice = challenges(r#", error="invalid_request""#);
    let table = [
        (String::new(), 401, &nothing),
        ("Authorization: Negotiate YII=\r\n".to_owned(), 401, &nothing),
        ("Cookie: session2=a-ann-read\r\n".to_owned(), 401, &nothing),
        ("Authorization: Bearer c-ann\r\n".to_owned(), 401, &invalid),
        ("Authorization: Bearer a\r\n".to_owned(), 401, &invalid),
        ("Authorization: Bearer a-late\r\n".to_owned(), 401, &invalid),
        ("Authorization: Bearer\r\n".to_owned(), 401, &invalid),
        ("Authorization: Bearer a-ann-read b\r\n".to_owned(), 401, &invalid),
        ("Authorization: Bearer \u{fc}\r\n".to_owned(), 401, &invalid),
        ("Authorization:\r\n".to_owned(), 401, &invalid),
        (basic("ann:open"), 401, &invalid),
        (basic("bob:sesame:é"), 401, &invalid),
        (basic("ann"), 401, &invalid),
        ("Authorization: Basic !!!\r\n".to_owned(), 401, &invalid),
        (format!("Authorization: Basic {}\r\n", base64(b"ann:\xff")), 401, &invalid),
        ("Authorization: Bearer a-ann-x\r\n".to_owned(), 403, &forbidden),
        ("Authorization: Bearer b-bob-read\r\n".to_owned(), 403, &forbidden),
        ("Authorization: Bearer a-a-read\r\nAuthorization: Bearer a-a-read\r\n".to_owned(), 400, &twice),
        ("Authorization: Bearer a-a-read\r\nCookie: session=a-a-read\r\n".to_owned(), 400, &twice),
    ];
    for (credentials, status, challenges) in table {
        assert_eq!(refusal(address, &credentials).await, (status, challenges.clone()), "{credentials}");
    }
    assert_eq!(count.load(Relaxed), 0, "no upgrade function has run");
}

#[tokio::test]
async fn nobody_is_let_in_while_a_rule_cannot_find_out() {
    let (address, count) = start().await;
    for (token, status) in [("a-down", 503), ("a-panic", 500), ("a-slow", 503)] {
        let (_, response) = ask(address, "/members", &format!("Authorization: Bearer {token}\r\n")).await;
        assert_eq!(response.status, status, "{token}");
        assert_eq!(response.header("retry-after").is_some(), token == "a-down");
    }
    assert_eq!(count.load(Relaxed), 0);
    assert_eq!(greeting(address, "/members", "Authorization: Bearer a-ann-read\r\n").await, r#"ann ["read"]"#);
}

#[tokio::test]
async fn the_rules_of_a_listener_hold_unless_a_service_replaces_them() {
    let (address, _) = start().await;
    let (_, response) = ask(address, "/plain", "").await;
    assert_eq!((response.status, response.header("www-authenticate")), (401, Some(r#"Bearer realm="websocket""#)));
    assert_eq!(greeting(address, "/plain", "Authorization: Bearer listener-ann\r\n").await, "ann");
    assert_eq!(greeting(address, "/open", "").await, "nobody");
    assert_eq!(greeting(address, "/open", "Authorization: Bearer listener-ann\r\n").await, "nobody");
    assert_eq!(refusal(address, "Authorization: Bearer listener-ann-read\r\n").await.0, 401, "not the service's");
}

/// Asks the rules itself, but for the lobby.
struct Room(String);

#[websocket::service(path = "/rooms/<name>", state = Auth)]
impl Room {
    #[upgrade]
    async fn enter(name: String, request: &UpgradeRequest, members: &Auth) -> Result<Self, UpgradeError> {
        if name == "lobby" {
            return Ok(Self("anybody".to_owned()));
        }
        Ok(Self(members.authenticate(request).await?.subject().to_owned()))
    }

    #[remote]
    fn on_text_message(&mut self, _text: &str) -> String {
        self.0.clone()
    }
}

#[tokio::test]
async fn an_upgrade_function_may_ask_rules_itself() {
    let members = Auth::rule(Rule::new(Tokens("a")).scopes(["read"])).or(Password).realm("rooms").max_failures(2);
    let address = serve(Listener::new(0).service_with::<Room>(members)).await;
    assert_eq!(greeting(address, "/rooms/lobby", "").await, "anybody");
    assert_eq!(greeting(address, "/rooms/x", "Authorization: Bearer a-ann-read\r\n").await, "ann");
    assert_eq!(greeting(address, "/rooms/x", &basic("ann:sesame:é")).await, "ann");
    let twice = "Authorization: Bearer a-ann-read\r\nAuthorization: Bearer a-ann-read\r\n";
    let table = [
        ("", 401, r#"Bearer realm="rooms""#),
        ("Authorization: Bearer a-ann-x\r\n", 403, r#"Bearer realm="rooms", error="insufficient_scope", scope="read""#),
        (twice, 400, r#"Bearer realm="rooms", error="invalid_request""#),
        ("Authorization: Bearer b\r\n", 401, r#"Bearer realm="rooms", error="invalid_token""#),
    ];
    for (header, status, challenge) in table {
        let (_, response) = ask(address, "/rooms/x", header).await;
        assert_eq!((response.status, response.header("www-authenticate")), (status, Some(challenge)), "{header}");
    }
    let (_, response) = ask(address, "/rooms/x", "Authorization: Bearer a-down\r\n").await;
    assert_eq!((response.status, response.header("www-authenticate")), (503, None));
    assert_eq!(ask(address, "/rooms/x", "Authorization: Bearer b\r\n").await.1.status, 401);
    let (_, response) = ask(address, "/rooms/x", "Authorization: Bearer a-ann-read\r\n").await;
    assert_eq!(response.status, 429);
    assert!(response.header("retry-after").is_some());
}

#[tokio::test]
async fn the_rules_hold_in_the_server_of_somebody_else() {
    let router = Router::builder().auth(Auth::rule(Tokens("a"))).service::<Plain>().service::<Open>().build();
    let app = axum::Router::new().fallback_service(router.expect("the router is built"));
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = socket.local_addr().expect("it has an address");
    tokio::spawn(async move { axum::serve(socket, app).await });
    assert_eq!(ask(address, "/plain", "").await.1.status, 401);
    assert_eq!(greeting(address, "/plain", "Authorization: Bearer a-ann\r\n").await, "ann");
    assert_eq!(greeting(address, "/open", "").await, "nobody");
}

#[tokio::test]
async fn whoever_guesses_has_to_wait() {
    let listener = Listener::new(0).auth(Auth::rule(Tokens("a")).max_failures(3)).service::<Plain>();
    let address = serve(listener).await;
    let status = async |token: &str| ask(address, "/plain", &format!("Authorization: Bearer {token}\r\n")).await.1;
    for _ in 0..10 {
        assert_eq!(ask(address, "/plain", "").await.1.status, 401, "whoever shows nothing does not guess");
    }
    for _ in 0..3 {
        assert_eq!(status("wrong").await.status, 401);
    }
    for token in ["wrong", "a-ann"] {
        let response = status(token).await;
        assert_eq!(response.status, 429);
        let wait: u64 = response.header("retry-after").expect("it says for how long").parse().expect("seconds");
        assert!((1..=60).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn a_mistake_is_found_when_the_listener_binds() {
    struct Broken;

    impl Authenticate for Broken {
        async fn authenticate(&self, _: &Credentials<'_>) -> Result<Identity, AuthError> {
            Err(AuthError::Missing)
        }

        fn prepare(&self) -> Result<(), websocket::BoxError> {
            Err("no users".into())
        }
    }

    fn broken() -> Auth {
        Auth::rule(Broken)
    }

    greeter!(Guarded: path = "/guarded", auth = broken());

    let no_scopes: [&str; 0] = [];
    let table = [
        (Listener::new(0).auth(broken()), "invalid `auth` of the listener: no users"),
        (Listener::new(0).service::<Guarded>(), "invalid `auth` of the service `Guarded`: no users"),
        (
            Listener::new(0).auth(Auth::rule(Tokens("a")).max_failures(0)),
            "invalid `auth` of the listener: max_failures must be at least 1",
        ),
        (
            Listener::new(0).auth(Auth::rule(Tokens("a")).realm("a\"b")),
            "invalid `auth` of the listener: realm must be visible ASCII without quotes and backslashes",
        ),
        (
            Listener::new(0).auth(Auth::rule(Rule::new(Tokens("a")).scopes(no_scopes))),
            "invalid `auth` of the listener: scopes must not be empty: leave them out, so that whoever is known may connect",
        ),
    ];
    for (listener, expected) in table {
        match listener.host("127.0.0.1").bind().await {
            Err(Error::Config(error @ ConfigError::Auth { .. })) => assert_eq!(error.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }
}
