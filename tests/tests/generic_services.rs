//! Generic services: how a payload is read and a reply is sent is decided by the bounds that are in scope, not by what the
//! parameters turn out to be.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::{cell::Cell, error, fmt, marker::PhantomData, net::SocketAddr};

use futures_util::stream;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tests::{
    raw::{BINARY, CLOSE, RawClient, TEXT, close_payload},
    server::serve,
};
use websocket::{Caller, Error, Listener, Stream, Validate, ValidationError};

#[derive(Clone, Deserialize, Serialize)]
struct Order {
    amount: u8,
}

#[derive(Serialize)]
struct Receipt {
    paid: u8,
}

impl From<Order> for Receipt {
    fn from(order: Order) -> Self {
        Self { paid: order.amount }
    }
}

impl Validate for Order {
    fn validate(&self) -> Result<(), ValidationError> {
        if self.amount == 0 { Err(ValidationError::new("amount", "must be at least 1")) } else { Ok(()) }
    }
}

/// Reads and validates what its bounds say, and answers in JSON.
struct Shop<P, R>(PhantomData<fn(P) -> R>);

#[websocket::service(path = "/shop", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl<P, R> Shop<P, R>
where
    P: DeserializeOwned + Validate + Into<R> + Clone + Send + 'static,
    R: Serialize + Send + 'static,
{
    #[upgrade]
    fn accept() -> Self {
        Self(PhantomData)
    }

    #[remote]
    async fn on_order(&mut self, caller: &Caller, order: P) -> R {
        assert!(caller.is_open());
        order.into()
    }

    #[remote]
    fn on_maybe(&mut self, order: P) -> Result<Option<R>, fmt::Error> {
        Ok(Some(order.into()))
    }

    #[remote]
    fn on_several(
        &mut self,
        order: P,
    ) -> Result<Option<impl Stream<Item = Result<Option<R>, fmt::Error>> + use<P, R>>, String> {
        Ok(Some(stream::iter([Ok(Some(order.clone().into())), Ok(None), Ok(Some(order.into())), Err(fmt::Error)])))
    }

    #[remote]
    fn on_order_error(&mut self, error: &Error) -> String {
        format!("on_order_error: {error}")
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> String {
        format!("on_error: {error}")
    }
}

/// Has no bound that says how to validate.
struct Lax<P>(PhantomData<fn(P)>);

#[websocket::service(path = "/lax")]
impl<P: DeserializeOwned + Serialize + Send + 'static> Lax<P> {
    #[upgrade]
    fn accept() -> Self {
        Self(PhantomData)
    }

    #[remote]
    fn on_message(&mut self, payload: P) -> P {
        payload
    }
}

/// Answers with as many bytes as it says, and counts without being `Sync`.
#[derive(Default)]
struct Counting<const N: usize>(Cell<u8>);

#[websocket::service(path = "/counting")]
impl<const N: usize> Counting<N> {
    #[remote]
    async fn on_text_message(&mut self, _text: String) -> [u8; N] {
        self.0.set(self.0.get() + 1);
        [self.0.get(); N]
    }
}

/// Fails and streams with what it is given.
struct Fickle<S, E>(PhantomData<fn() -> (S, E)>);

#[websocket::service(path = "/fickle")]
impl<S, E> Fickle<S, E>
where
    S: Stream + From<String> + Send + 'static,
    S::Item: Serialize + 'static,
    E: From<fmt::Error> + Into<Box<dyn error::Error + Send + Sync>> + Send + 'static,
{
    #[upgrade]
    fn accept() -> Self {
        Self(PhantomData)
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> Result<S, E> {
        if text == "fail" { Err(fmt::Error.into()) } else { Ok(text.into()) }
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> String {
        format!("{} {error}", matches!(error, Error::Callback(_)))
    }
}

/// A stream of the words of a text.
struct Words(std::vec::IntoIter<String>);

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(text.split(' ').map(str::to_owned).collect::<Vec<_>>().into_iter())
    }
}

impl Stream for Words {
    type Item = String;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<String>> {
        std::task::Poll::Ready(self.0.next())
    }
}

async fn start() -> SocketAddr {
    let listener = Listener::new(0)
        .service::<Shop<Order, Receipt>>()
        .service::<Lax<Order>>()
        .service::<Counting<3>>()
        .service::<Fickle<Words, fmt::Error>>();
    serve(listener).await
}

#[tokio::test]
async fn a_payload_is_read_and_validated_as_its_bounds_say() {
    let mut client = RawClient::upgrade(start().await, "/shop").await;
    client.send_frame(TEXT, r#"{"event":"order","amount":3,"id":"a"}"#).await;
    client.expects(TEXT, r#"{"paid":3,"id":"a"}"#).await;
    client.send_frame(TEXT, r#"{"event":"maybe","amount":4}"#).await;
    client.expects(TEXT, r#"{"paid":4}"#).await;
    client.send_frame(TEXT, r#"{"event":"order","amount":0}"#).await;
    client.expects(TEXT, "on_order_error: data validation failed: amount: must be at least 1").await;
    client.send_frame(TEXT, r#"{"event":"maybe","amount":0}"#).await;
    client.expects(TEXT, "on_error: data validation failed: amount: must be at least 1").await;
}

#[tokio::test]
async fn a_stream_of_what_the_bounds_say_goes_out_element_by_element() {
    let mut client = RawClient::upgrade(start().await, "/shop").await;
    client.send_frame(TEXT, r#"{"id":[7],"event":"several","amount":3}"#).await;
    client.expects(TEXT, r#"{"paid":3,"id":[7]}"#).await;
    client.expects(TEXT, r#"{"paid":3,"id":[7]}"#).await;
    let failure = client.frame().await.expect("`on_error` answers").payload;
    assert!(failure.starts_with(b"on_error: an error occurred when formatting"), "{failure:?}");
    client.send_frame(TEXT, r#"{"event":"order","amount":1}"#).await;
    client.expects(TEXT, r#"{"paid":1}"#).await;
}

#[tokio::test]
async fn without_a_bound_nothing_is_validated() {
    let mut client = RawClient::upgrade(start().await, "/lax").await;
    for first in [TEXT, BINARY] {
        client.send_frame(first, r#"{"amount":0}"#).await;
        client.expects(TEXT, r#"{"amount":0}"#).await;
    }
    client.send_frame(BINARY, "{}").await;
    client.expects(CLOSE, close_payload(1003, "data binding failed: missing field `amount` at line 1 column 2")).await;
}

#[tokio::test]
async fn a_string_that_is_only_known_as_json_is_json() {
    let address = serve(Listener::new(0).service::<Lax<String>>()).await;
    let mut client = RawClient::upgrade(address, "/lax").await;
    client.send_frame(TEXT, r#" "caf\u00e9" "#).await;
    client.expects(TEXT, r#""café""#).await;
    client.send_frame(TEXT, "café").await;
    assert_eq!(client.closing().await.0, 1003);
}

#[tokio::test]
async fn a_constant_parameter_may_be_the_length_of_a_reply() {
    let mut client = RawClient::upgrade(start().await, "/counting").await;
    for count in 1..4 {
        client.send_frame(TEXT, "").await;
        client.expects(BINARY, [count; 3]).await;
    }
}

#[tokio::test]
async fn a_stream_and_an_error_may_be_parameters() {
    let mut client = RawClient::upgrade(start().await, "/fickle").await;
    client.send_frame(TEXT, "two words").await;
    client.expects(TEXT, r#""two""#).await;
    client.expects(TEXT, r#""words""#).await;
    client.send_frame(TEXT, "fail").await;
    let failure = client.frame().await.expect("`on_error` answers").payload;
    assert!(failure.starts_with(b"true an error occurred when formatting"), "{failure:?}");
    client.send_frame(TEXT, "again").await;
    client.expects(TEXT, r#""again""#).await;
}
