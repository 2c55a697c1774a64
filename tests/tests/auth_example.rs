//! The example `auth`, end to end: the real program, from the password to the chat.

use std::net::SocketAddr;

use tests::{
    Example,
    raw::{RawClient, TEXT, handshake},
};

/// Asks for a token.
async fn token(address: SocketAddr, user: &str, password: &str) -> Result<String, u16> {
    let form = format!("user={user}&password={password}");
    let mut client = RawClient::connect(address).await;
    let head = "POST /token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    client.send(format!("{head}Content-Length: {}\r\n\r\n{form}", form.len())).await;
    let response = client.response().await;
    if response.status == 200 { Ok(response.body) } else { Err(response.status) }
}

async fn join(address: SocketAddr, header: &str) -> Result<RawClient, u16> {
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/chat", header)).await;
    let response = client.response().await;
    if response.status == 101 { Ok(client) } else { Err(response.status) }
}

#[tokio::test]
async fn who_has_a_token_may_listen_and_who_has_the_scope_may_speak() {
    let example = Example::start("auth").await;
    let address = example.address();
    let ann = token(address, "ann", "sesame").await.expect("it is her password");
    let bob = token(address, "bob", "apple").await.expect("it is his password");
    let mut ann = join(address, &format!("Authorization: Bearer {ann}\r\n")).await.expect("she has a token");
    ann.expects(TEXT, "Hi ann!").await;
    // As a page does it.
    let mut bob =
        join(address, &format!("Sec-WebSocket-Protocol: chat, bearer.{bob}\r\n")).await.expect("he has a token");
    bob.expects(TEXT, "Hi bob!").await;
    ann.send_frame(TEXT, "hello").await;
    ann.expects(TEXT, "ann: hello").await;
    bob.expects(TEXT, "ann: hello").await;
    bob.send_frame(TEXT, "hello").await;
    bob.expects(TEXT, "this needs one of the scopes speak").await;
}

#[tokio::test]
async fn who_has_none_may_not() {
    let example = Example::start("auth").await;
    let address = example.address();
    assert_eq!(token(address, "ann", "apple").await, Err(401));
    for header in ["", "Authorization: Bearer x.y.z\r\n", "Sec-WebSocket-Protocol: chat, bearer.x\r\n"] {
        assert_eq!(join(address, header).await.err(), Some(401), "{header}");
    }
}
