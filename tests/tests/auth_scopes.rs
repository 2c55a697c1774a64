//! Methods that ask for scopes: whoever has none of them does not reach them, and the error callbacks hear of it.

use std::net::SocketAddr;

use serde::Deserialize;
use tests::raw::{BINARY, RawClient, TEXT, handshake};
use tests::server::serve;
use websocket::{Auth, AuthError, Authenticate, Credentials, Error, Identity, Listener};

/// Recognises `<user>-<scope>-<scope>…`.
struct Tokens;

impl Authenticate for Tokens {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        let mut words = credentials.bearer().ok_or(AuthError::Missing)?.split('-');
        Ok(Identity::new(words.next().unwrap_or_default()).scopes(words))
    }
}

#[derive(Deserialize)]
struct Entry {
    text: String,
}

/// Every method with an error callback, and one for the rest.
#[derive(Default)]
struct Blog;

#[websocket::service(path = "/blog", dispatcher_key = "do", dispatcher_stream_id = "id", auth = Auth::rule(Tokens))]
impl Blog {
    #[remote]
    fn on_read(&self) -> &'static str {
        "read"
    }

    #[remote(scopes = ["write", "admin"])]
    fn on_write(&mut self, entry: Entry) -> Vec<String> {
        vec![entry.text]
    }

    #[remote]
    fn on_write_error(&mut self, error: &Error) -> String {
        format!("on_write_error: {error}")
    }

    #[remote(event = "clear", scopes = ["admin"])]
    fn remove_all(&mut self) -> &'static str {
        "removed"
    }

    #[remote(scopes = ["write"])]
    fn on_binary_message(&mut self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> [String; 1] {
        assert!(matches!(error, Error::Forbidden { scopes } if !scopes.is_empty()), "{error}");
        [format!("on_error: {error}")]
    }
}

/// Nobody handles anything.
#[derive(Default)]
struct Silent;

#[websocket::service(path = "/silent", auth = Auth::rule(Tokens))]
impl Silent {
    #[remote(scopes = ["write"])]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

/// Nobody is known.
#[derive(Default)]
struct Open;

#[websocket::service(path = "/open")]
impl Open {
    #[remote(scopes = ["write"])]
    fn on_message(&mut self, text: String) -> String {
        text
    }
}

async fn connect(path: &str, token: &str) -> RawClient {
    let listener = Listener::new(0).service::<Blog>().service::<Silent>().service::<Open>();
    let address: SocketAddr = serve(listener).await;
    let mut client = RawClient::connect(address).await;
    client.send(handshake(path, &format!("Authorization: Bearer {token}\r\n"))).await;
    assert_eq!(client.response().await.status, 101);
    client
}

#[tokio::test]
async fn one_scope_is_enough() {
    for token in ["ann-write", "ann-admin", "ann-read-admin-write"] {
        let mut client = connect("/blog", token).await;
        client.send_frame(TEXT, r#"{"do":"write","text":"hello"}"#).await;
        client.expects(TEXT, r#"["hello"]"#).await;
    }
    let mut client = connect("/blog", "ann-write").await;
    client.send_frame(BINARY, "data").await;
    client.expects(BINARY, "data").await;
    let mut client = connect("/blog", "ann-admin").await;
    client.send_frame(TEXT, r#"{"do":"clear"}"#).await;
    client.expects(TEXT, "removed").await;
}

#[tokio::test]
async fn without_one_the_error_callbacks_hear_of_it_before_the_payload_is_read() {
    let mut client = connect("/blog", "ann-read").await;
    client.send_frame(TEXT, r#"{"do":"read"}"#).await;
    client.expects(TEXT, "read").await;
    for payload in [r#"{"do":"write","text":"hello"}"#, r#"{"do":"write","text":5}"#] {
        client.send_frame(TEXT, payload).await;
        client.expects(TEXT, "on_write_error: this needs one of the scopes write, admin").await;
    }
    // The answer belongs to its request.
    client.send_frame(TEXT, r#"{"do":"clear","id":7}"#).await;
    client.expects(TEXT, r#"["on_error: this needs one of the scopes admin"]"#).await;
    client.send_frame(BINARY, "data").await;
    client.expects(TEXT, r#"["on_error: this needs one of the scopes write"]"#).await;
    client.send_frame(TEXT, r#"{"do":"read"}"#).await;
    client.expects(TEXT, "read").await;
}

#[tokio::test]
async fn where_nobody_handles_it_the_connection_closes_with_1008() {
    let mut client = connect("/silent", "ann-read").await;
    client.send_frame(TEXT, "hello").await;
    assert_eq!(client.closing().await, (1008, "this needs one of the scopes write".to_owned()));
    let mut client = connect("/silent", "ann-write").await;
    client.send_frame(TEXT, "hello").await;
    client.expects(TEXT, "hello").await;
}

#[tokio::test]
async fn without_rules_nobody_has_a_scope() {
    let mut client = connect("/open", "ann-write").await;
    client.send_frame(TEXT, "hello").await;
    assert_eq!(client.closing().await.0, 1008);
}
