//! What the log says of those who are not let in: whom they claim to be and where they come from, and never the secret.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::event_table::is_listed;
use tests::log::Log;
use tests::raw::{RawClient, handshake};
use tests::server::serve;
use tracing::Level;
use websocket::{Auth, AuthError, Authenticate, Credentials, Identity, Listener, TokenSource};

const SECRET: &str = "0pen-sesame";

struct Strict;

impl Authenticate for Strict {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        assert!(!format!("{credentials:?}").contains(SECRET), "{credentials:?}");
        let asks = |name| credentials.request().is_some_and(|request| request.header(name).is_some());
        assert!(!asks("x-panic"), "a rule panics");
        if asks("x-slow") {
            std::future::pending::<()>().await;
        }
        if let Some((user, _)) = credentials.basic() {
            return Err(AuthError::invalid_for(user, "wrong password"));
        }
        Err(credentials.bearer().map_or(AuthError::Missing, |_| AuthError::invalid("unknown token")))
    }
}

#[derive(Default)]
struct Guarded;

#[websocket::service(path = "/guarded/<name>")]
impl Guarded {
    #[upgrade]
    fn accept(name: String) -> Self {
        drop(name);
        Self
    }

    #[remote]
    fn on_pong(&self, _data: &[u8]) {}
}

async fn status(address: SocketAddr, target: &str, more: &str) -> u16 {
    let mut client = RawClient::connect(address).await;
    client.send(handshake(target, more)).await;
    client.response().await.status
}

#[tokio::test]
async fn a_failure_is_told_with_subject_and_address_and_without_the_secret() {
    let (log, _guard) = Log::listen_to(|_| true);
    let auth = Auth::rule(Strict)
        .token_from(TokenSource::Cookie("session".to_owned()))
        .token_from(TokenSource::Query("token".to_owned()))
        .token_from(TokenSource::Subprotocol);
    let listener = Listener::new(0).handshake_timeout(Duration::from_millis(300)).auth(auth);
    let address = serve(listener.service::<Guarded>()).await;
    let pair = STANDARD.encode(format!("ann:{SECRET}"));
    let path = "/guarded/private";
    let table = [
        (path.to_owned(), format!("Authorization: Basic {pair}\r\n"), Some("ann"), "wrong password"),
        (path.to_owned(), format!("Authorization: Bearer {SECRET}\r\n"), None, "unknown token"),
        (path.to_owned(), format!("Cookie: session={SECRET}\r\n"), None, "unknown token"),
        (path.to_owned(), format!("Sec-WebSocket-Protocol: bearer.{SECRET}\r\n"), None, "unknown token"),
        (format!("{path}?token={SECRET}"), String::new(), None, "unknown token"),
        (path.to_owned(), format!("Authorization: Bearer {SECRET} {SECRET}\r\n"), None, "credentials cannot be read"),
        (path.to_owned(), format!("Authorization: {SECRET}\r\n"), None, "credentials cannot be read"),
        (path.to_owned(), String::new(), None, "no credentials that a rule knows"),
    ];
    for (target, more, subject, reason) in &table {
        assert_eq!(status(address, target, more).await, 401);
        let entry = log.entries().into_iter().rfind(|entry| entry.record.name == "authentication failed");
        let record = entry.expect("it is told").record;
        is_listed(&record);
        assert_eq!(record.level, Level::DEBUG);
        assert_eq!((record.field("path"), record.field("status")), ("/guarded/<name>", "401"));
        assert_eq!(record.field("reason"), *reason);
        assert!(record.field("peer").starts_with("127.0.0.1:"), "{record}");
        let found = record.fields.iter().find(|(name, _)| *name == "subject").map(|(_, subject)| subject.as_str());
        assert_eq!(found, *subject);
    }
    for (header, expected, reason) in [("X-Panic", 500, "panicked"), ("X-Slow", 503, "took too long")] {
        let more = format!("{header}: 1\r\nAuthorization: Bearer {SECRET}\r\n");
        assert_eq!(status(address, path, &more).await, expected);
        let entry = log.entries().into_iter().rfind(|entry| entry.record.name == "authentication broke");
        let record = entry.expect("it is told").record;
        is_listed(&record);
        assert_eq!((record.level, record.field("reason")), (Level::ERROR, reason));
    }
    for secret in [SECRET, &pair, "private"] {
        assert!(!log.text().contains(secret), "`{secret}` is in the log:\n{}", log.text());
    }
}
