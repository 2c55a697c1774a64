//! A crate with strict lints keeps them: what the framework asks of a signature is no finding.
//!
//! A callback takes its payload by value and borrows its service, needed or not, and it may be async without a wait. The
//! services here have no other reason to do so; clippy checks this file with everything else.

#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, missing_debug_implementations, unreachable_pub)]

use futures_util::stream;
use serde::{Deserialize, Serialize};
use tests::{polite::PoliteClient, server::serve};
use tokio_tungstenite::tungstenite::Message as Received;
use websocket::{Bytes, Caller, CloseCode, CloseFrame, Error, Listener, Message, Stream, UpgradeError, UpgradeRequest};

/// What the services of this file share.
#[derive(Debug, Default)]
pub struct Hub {
    greeting: String,
}

/// A public service: its callbacks need no attribute and no comment.
#[derive(Debug)]
pub struct Market {
    greeting: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Order {
    pair: String,
    amount: u32,
}

#[derive(Debug, Deserialize)]
struct Query<'a> {
    pair: &'a str,
    tags: Vec<String>,
}

#[websocket::service(
    path = "/market/<name>",
    state = Hub,
    idle_timeout = 30,
    dispatcher_key = "event",
    dispatcher_stream_id = "id"
)]
impl Market {
    #[upgrade]
    async fn connect(
        name: String,
        hub: &Hub,
        _request: &UpgradeRequest,
        #[query] tags: Vec<String>,
    ) -> Result<Self, UpgradeError> {
        if tags.len() > 1 {
            return Err(UpgradeError::forbidden("too many tags"));
        }
        Ok(Self { greeting: format!("{} {name}", hub.greeting) })
    }

    #[remote(scopes = ["trade"])]
    async fn on_trade(&mut self, request: &str) -> String {
        format!("{}: {request}", self.greeting)
    }

    #[remote]
    async fn on_open(&mut self, _caller: &Caller) -> String {
        self.greeting.clone()
    }

    #[remote]
    fn on_buy(&self, order: Order) -> String {
        format!("bought {} {}", order.amount, order.pair)
    }

    #[remote]
    async fn on_buy_error(&mut self, _error: &Error) -> &'static str {
        "no order"
    }

    #[remote]
    async fn on_find(&self, query: Query<'_>) -> usize {
        query.pair.len() + query.tags.len()
    }

    #[remote]
    fn on_watch(&self, order: Order) -> impl Stream<Item = u32> + use<> {
        stream::iter([order.amount])
    }

    #[remote]
    async fn on_leave(&mut self) -> CloseFrame {
        CloseFrame::normal()
    }

    #[remote(event = "heartbeat")]
    async fn keep_alive(&mut self) {}

    #[remote]
    fn keep_alive_error(&self, _error: &Error) {}

    #[remote]
    fn on_message(&self, message: Message) -> usize {
        match &message {
            Message::Text(text) => text.len(),
            Message::Binary(data) => data.len(),
        }
    }

    #[remote]
    fn on_message_error(&self, _error: &Error) {}

    #[remote]
    fn on_ping(&self, data: Bytes) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    async fn on_pong(&mut self, _data: Vec<u8>) {}

    #[remote]
    fn on_idle_timeout(&self) {}

    #[remote]
    fn on_error(&self, _error: &Error) {}

    #[remote]
    async fn on_close(&mut self, _caller: &Caller, _status: CloseCode, _reason: &str) {}
}

#[derive(Debug, Default)]
struct Lengths;

#[websocket::service(path = "/lengths", idle_timeout = 3600)]
impl Lengths {
    #[remote]
    fn on_open(&self) {}

    #[remote]
    fn on_text_message(&self, text: String) -> usize {
        text.len()
    }

    #[remote]
    fn on_text_message_error(&self, _error: &Error) -> Option<u8> {
        None
    }

    #[remote]
    async fn on_binary_message(&mut self, data: Vec<u8>) -> usize {
        data.len()
    }

    #[remote]
    async fn on_binary_message_error(&self, _caller: &Caller, _error: &Error) {}

    #[remote]
    fn on_ping(&self, data: Vec<u8>) -> Option<Vec<u8>> {
        data.first().map(|first| vec![*first])
    }

    #[remote]
    fn on_pong(&self, _data: Bytes) {}

    #[remote]
    async fn on_idle_timeout(&self, _caller: &Caller) {}

    #[remote]
    async fn on_error(&mut self, _error: &Error) {}

    #[remote]
    fn on_close(&self, _status: CloseCode, _reason: &str) {}
}

#[tokio::test]
async fn the_services_work() {
    let hub = Hub { greeting: "hello".to_owned() };
    let address = serve(Listener::new(0).service_with::<Market>(hub).service::<Lengths>()).await;

    let mut client = PoliteClient::connect(address, "/market/ann?tags=a").await;
    client.hears("hello ann").await;
    client.send(r#"{"event":"buy","pair":"XBT","amount":2}"#).await;
    client.hears("bought 2 XBT").await;
    client.send(r#"{"event":"buy"}"#).await;
    client.hears("no order").await;
    client.send(r#"{"event":"find","pair":"XBT","tags":["a"]}"#).await;
    client.hears("4").await;
    client.send(r#"{"event":"watch","pair":"XBT","amount":7}"#).await;
    client.hears("7").await;
    client.send(r#"{"event":"heartbeat"}"#).await;
    client.send("hello").await;
    client.hears("5").await;
    client.send(r#"{"event":"leave"}"#).await;
    assert_eq!(client.ended().await, (1000, String::new()));

    let mut client = PoliteClient::connect(address, "/lengths").await;
    client.send("four").await;
    client.hears("4").await;
    client.send(Received::binary(vec![0; 3])).await;
    client.hears("3").await;
    client.send(Received::Ping("pong".into())).await;
    assert_eq!(client.next().await, Received::Pong("p".into()));
    assert_eq!(client.close(1000, "").await, (1000, String::new()));
}
