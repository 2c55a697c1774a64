//! Credentials that end while a connection is open: it is closed with 1008, unless it shows new ones in time.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use tests::raw::{PING, PONG, RawClient, TEXT, handshake};
use tests::server::serve;
use websocket::{Auth, AuthError, Authenticate, Caller, Credentials, Identity, Listener, Rule};

/// Recognises `<user>.<scope>.<milliseconds since 1970 until which it holds>`; 0 is for ever.
struct Tokens;

impl Authenticate for Tokens {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        let token = credentials.bearer().ok_or(AuthError::Missing)?;
        let Some((user, (scope, time))) =
            token.split_once('.').and_then(|(user, rest)| Some((user, rest.split_once('.')?)))
        else {
            return Err(AuthError::invalid("not one of ours"));
        };
        let identity = Identity::new(user).scopes([scope]);
        match (scope, time.parse().map_err(|_| AuthError::invalid("no time"))?) {
            ("down", _) => Err(AuthError::Unavailable("nobody answers".into())),
            (_, 0) => Ok(identity),
            (_, time) => Ok(identity.expires_at(SystemTime::UNIX_EPOCH + Duration::from_millis(time))),
        }
    }
}

fn rules() -> Auth {
    Auth::rule(Rule::new(Tokens).scopes(["chat"]))
}

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", auth = rules())]
impl Chat {
    /// Takes a token, or waits for the end.
    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> String {
        if text == "wait" {
            caller.closed().await;
        }
        match caller.reauthenticate(text).await {
            Ok(()) => format!("{} again", caller.identity().expect("there is one").subject()),
            Err(error) => error.to_string(),
        }
    }
}

#[derive(Default)]
struct Open;

#[websocket::service(path = "/open")]
impl Open {
    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> String {
        caller.reauthenticate(text).await.expect_err("there are no rules").to_string()
    }
}

async fn start() -> SocketAddr {
    serve(Listener::new(0).service::<Chat>().service::<Open>()).await
}

fn after(milliseconds: u64) -> SystemTime {
    SystemTime::now() + Duration::from_millis(milliseconds)
}

fn token(user: &str, scope: &str, end: SystemTime) -> String {
    let time = end.duration_since(SystemTime::UNIX_EPOCH).expect("it is later").as_millis();
    format!("{user}.{scope}.{time}")
}

async fn connect(address: SocketAddr, token: &str) -> RawClient {
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", &format!("Authorization: Bearer {token}\r\n"))).await;
    assert_eq!(client.response().await.status, 101);
    client
}

async fn is_closed_at(client: &mut RawClient, end: SystemTime) {
    assert_eq!(client.closing().await, (1008, "credentials have expired".to_owned()));
    // The token counts milliseconds.
    assert!(SystemTime::now() + Duration::from_millis(1) >= end, "too early");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let end = after(300);
    let mut client = connect(start().await, &token("ann", "chat", end)).await;
    is_closed_at(&mut client, end).await;
}

#[tokio::test]
async fn a_connection_whose_callback_waits_is_closed() {
    let end = after(300);
    let mut client = connect(start().await, &token("ann", "chat", end)).await;
    client.send_frame(TEXT, "wait").await;
    is_closed_at(&mut client, end).await;
}

#[tokio::test]
async fn a_new_token_of_the_same_person_keeps_it_open() {
    let (first, second) = (after(400), after(1_200));
    let mut client = connect(start().await, &token("ann", "chat", first)).await;
    client.send_frame(TEXT, token("ann", "chat", second)).await;
    client.expects(TEXT, "ann again").await;
    is_closed_at(&mut client, second).await;
}

#[tokio::test]
async fn a_token_that_does_not_do_changes_nothing() {
    let end = after(1_500);
    let mut client = connect(start().await, &token("ann", "chat", end)).await;
    let later = after(100_000);
    let table = [
        (token("bob", "chat", later), "the connection is somebody else's"),
        (token("ann", "mail", later), "scopes are missing: chat"),
        (token("ann", "chat", SystemTime::UNIX_EPOCH + Duration::from_secs(1)), "credentials have expired"),
        (token("ann", "down", later), "credentials cannot be checked at present"),
        ("nonsense".to_owned(), "not one of ours"),
    ];
    for (token, expected) in table {
        client.send_frame(TEXT, token).await;
        client.expects(TEXT, expected).await;
    }
    is_closed_at(&mut client, end).await;
}

#[tokio::test]
async fn credentials_without_an_end_can_be_given_one_and_lose_it() {
    let mut client = connect(start().await, "ann.chat.0").await;
    client.send_frame(TEXT, token("ann", "chat", after(60_000))).await;
    client.expects(TEXT, "ann again").await;
    client.send_frame(TEXT, "ann.chat.0").await;
    client.expects(TEXT, "ann again").await;
    let end = after(300);
    client.send_frame(TEXT, token("ann", "chat", end)).await;
    client.expects(TEXT, "ann again").await;
    client.send_frame(PING, "still there?").await;
    client.expects(PONG, "still there?").await;
    is_closed_at(&mut client, end).await;
}

#[tokio::test]
async fn a_service_without_rules_takes_no_token() {
    let mut client = RawClient::upgrade(start().await, "/open").await;
    client.send_frame(TEXT, "ann.chat.0").await;
    client.expects(TEXT, "no credentials of this kind").await;
}
