//! Payloads that know what is valid.

use serde::Deserialize;
use tests::{
    raw::{BINARY, CLOSE, RawClient, TEXT, close_payload},
    server::serve,
};
use websocket::{Error, Listener, Validate, ValidationError};

/// Validated by itself.
#[derive(Deserialize)]
struct Order {
    amount: u32,
}

impl Validate for Order {
    fn validate(&self) -> Result<(), ValidationError> {
        match self.amount {
            0 => Err(ValidationError::new("amount", "must be at least 1")),
            1..1000 => Ok(()),
            _ => Err(ValidationError::new("", "is too much").and("amount", "must be below 1000")),
        }
    }
}

/// Validated by what it derives.
#[derive(Deserialize, garde::Validate)]
struct Join<'a> {
    #[garde(length(min = 1, max = 5))]
    name: &'a str,
    #[garde(inner(range(max = 9)))]
    rooms: Vec<u8>,
}

#[derive(Default)]
struct Shop;

#[websocket::service(path = "/shop", dispatcher_key = "event")]
impl Shop {
    #[remote]
    fn on_order(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    fn on_join(&mut self, join: Join<'_>) -> String {
        format!("{} {:?}", join.name, join.rooms)
    }
}

#[derive(Default)]
struct Handled;

#[websocket::service(path = "/handled")]
impl Handled {
    #[remote]
    fn on_message(&mut self, order: Order) -> String {
        order.amount.to_string()
    }

    #[remote]
    fn on_message_error(&mut self, error: &Error) -> String {
        let Error::Validation(error) = error else { return format!("{error}") };
        format!("{:?}", error.mistakes().collect::<Vec<_>>())
    }
}

#[derive(Default)]
struct Lax;

#[websocket::service(path = "/lax", validation = false)]
impl Lax {
    #[remote]
    fn on_message(&mut self, join: Join<'_>) -> String {
        format!("{} {}", join.name, garde::Validate::validate(&join).is_err())
    }
}

async fn client(path: &str) -> RawClient {
    let listener = Listener::new(0).service::<Shop>().service::<Handled>().service::<Lax>();
    RawClient::upgrade(serve(listener).await, path).await
}

#[tokio::test]
async fn what_is_valid_reaches_its_callback() {
    let mut client = client("/shop").await;
    client.send_frame(TEXT, r#"{"event":"order","amount":1}"#).await;
    client.expects(TEXT, "1").await;
    client.send_frame(TEXT, r#"{"event":"join","name":"Ann","rooms":[1,9]}"#).await;
    client.expects(TEXT, "Ann [1, 9]").await;
}

#[tokio::test]
async fn what_is_not_valid_closes_with_1007() {
    let cases = [
        (r#"{"event":"order","amount":0}"#, "amount: must be at least 1"),
        (r#"{"event":"order","amount":1000}"#, "is too much; amount: must be below 1000"),
        (r#"{"event":"join","name":"","rooms":[]}"#, "name: length is lower than 1"),
        (r#"{"event":"join","name":"Ann","rooms":[1,10]}"#, "rooms[1]: greater than 9"),
    ];
    for (message, cause) in cases {
        let mut client = client("/shop").await;
        client.send_frame(TEXT, message).await;
        client.expects(CLOSE, close_payload(1007, format!("data validation failed: {cause}"))).await;
    }
}

#[tokio::test]
async fn a_handler_keeps_the_connection() {
    let mut client = client("/handled").await;
    client.send_frame(BINARY, r#"{"amount":0}"#).await;
    client.expects(TEXT, r#"[("amount", "must be at least 1")]"#).await;
    client.send_frame(TEXT, r#"{"amount":2}"#).await;
    client.expects(TEXT, "2").await;
}

#[tokio::test]
async fn validation_can_be_off() {
    let mut client = client("/lax").await;
    client.send_frame(TEXT, r#"{"name":"far too long","rooms":[]}"#).await;
    client.expects(TEXT, "far too long true").await;
}
