//! Methods of which the configuration chooses one: what belongs to the name belongs to the one that is chosen.

use tests::{
    raw::{BINARY, PING, PONG, RawClient, TEXT},
    server::serve,
};
use websocket::{Error, Listener};

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[cfg(any())]
    #[remote]
    fn on_join(&mut self, _room: Nowhere) {}

    #[cfg(not(any()))]
    #[remote]
    fn on_join(&mut self, _room: u8) {}

    #[remote]
    fn on_join_error(&mut self, _error: &Error) -> &'static str {
        "on_join_error"
    }

    #[remote]
    fn on_error(&mut self, _error: &Error) -> &'static str {
        "on_error"
    }

    #[cfg(any())]
    #[remote]
    fn on_ping(&mut self, _data: Nowhere) {}

    #[cfg(not(any()))]
    #[remote]
    fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        data.iter().rev().copied().collect()
    }

    #[cfg(any())]
    #[remote]
    fn on_pong(&mut self, _data: Nowhere) {}

    /// A reply of the kinds that are lent.
    #[remote]
    fn on_binary_message<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        data
    }
}

#[tokio::test]
async fn the_error_callback_is_that_of_the_method_that_is_chosen() {
    let mut client = RawClient::upgrade(serve(Listener::new(0).service::<Chat>()).await, "/").await;
    client.send_frame(TEXT, r#"{"event":"join"}"#).await;
    client.expects(TEXT, "on_join_error").await;
}

#[tokio::test]
async fn the_ping_callback_that_is_chosen_answers() {
    let mut client = RawClient::upgrade(serve(Listener::new(0).service::<Chat>()).await, "/").await;
    client.send_frame(PING, "ping").await;
    client.expects(PONG, "gnip").await;
    client.send_frame(BINARY, "still here").await;
    client.expects(BINARY, "still here").await;
}
