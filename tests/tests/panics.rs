//! A panic in a callback: 1011 on its connection, and nobody else notices.

use std::{net::SocketAddr, sync::Arc};

use tests::{
    raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload, frame},
    server::{Entries, Journal, LastWill, journal, serve},
    within,
};
use tokio::task::yield_now;
use websocket::{Caller, CloseCode, Error, Listener};

/// Panics where its path says.
struct Fragile {
    wanted: String,
    journal: Journal,
    _last_will: LastWill,
}

#[websocket::service(path = "/<wanted>", state = Journal, dispatcher_key = "event", idle_timeout = IDLE)]
impl Fragile {
    #[upgrade]
    fn accept(wanted: String, journal: &Journal) -> Self {
        Self { wanted, journal: journal.clone(), _last_will: journal.last_will() }
    }

    fn panics_in(&self, callback: &str) {
        assert_ne!(self.wanted, callback, "this is where it panics");
    }

    #[remote]
    async fn on_open(&mut self, caller: &Caller) {
        caller.write_text("before").await.expect("it is open");
        self.panics_in("on_open");
        yield_now().await;
        self.panics_in("on_open_later");
    }

    #[remote]
    async fn on_text_message(&mut self, text: String) -> Result<String, String> {
        self.panics_in("on_text_message");
        yield_now().await;
        self.panics_in("on_text_message_later");
        if text == "fail" { Err(text) } else { Ok(text) }
    }

    #[remote]
    fn on_binary_message(&mut self, _data: &[u8]) {
        self.panics_in("on_binary_message");
    }

    #[remote(event = "x")]
    fn dispatched(&self) {
        self.panics_in("dispatched");
    }

    #[remote]
    fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        self.panics_in("on_ping");
        data.to_vec()
    }

    #[remote]
    fn on_pong(&mut self, _data: &[u8]) {
        self.panics_in("on_pong");
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> Option<&'static str> {
        self.panics_in("on_error");
        matches!(error, Error::Callback(_)).then_some("handled")
    }

    #[remote]
    fn on_idle_timeout(&mut self) {
        self.panics_in("on_idle_timeout");
    }

    #[remote]
    async fn on_close(&mut self, status: CloseCode) {
        self.panics_in("on_close");
        self.journal.note(format!("on_close {}", status.as_u16()));
    }
}

/// Takes any message as text.
struct Twin(LastWill);

#[websocket::service(path = "/with/twin", state = Journal)]
impl Twin {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.last_will())
    }

    #[remote]
    fn on_message(&mut self, text: String) -> String {
        text
    }

    #[remote]
    fn on_message_error(&mut self, error: &Error) {
        panic!("{error}: {:?}", self.0);
    }
}

async fn start() -> (SocketAddr, Entries) {
    let (journal, entries) = journal();
    (serve(Listener::new(0).service_with::<Fragile>(journal.clone()).service_with::<Twin>(journal)).await, entries)
}

/// These bytes make the callback panic, and close this connection alone.
async fn closes_alone(path: &str, bytes: Vec<u8>) {
    let (address, mut entries) = start().await;
    let mut other = RawClient::upgrade(address, "/other").await;
    other.expects(TEXT, "before").await;
    let mut client = RawClient::upgrade(address, path).await;
    if path != "/with/twin" {
        client.expects(TEXT, "before").await;
    }
    if path != "/on_idle_timeout" {
        client.send([&bytes[..], &frame(TEXT, "too late")].concat()).await;
    }
    client.is_closed_with(1011).await;
    entries.expect(&["dropped"]).await;

    other.send_frame(TEXT, "still here").await;
    other.expects(TEXT, "still here").await;
    RawClient::upgrade(address, "/another").await.expects(TEXT, "before").await;
    assert_eq!(entries.try_next(), None, "nothing is called on the instance after the panic");
}

#[tokio::test]
async fn in_on_open() {
    closes_alone("/on_open", Vec::new()).await;
    closes_alone("/on_open_later", Vec::new()).await;
}

#[tokio::test]
async fn in_on_text_message() {
    closes_alone("/on_text_message", frame(TEXT, "x")).await;
    closes_alone("/on_text_message_later", frame(TEXT, "x")).await;
}

#[tokio::test]
async fn in_on_binary_message() {
    closes_alone("/on_binary_message", frame(BINARY, "x")).await;
}

#[tokio::test]
async fn in_a_dispatched_method() {
    closes_alone("/dispatched", frame(TEXT, r#"{"event":"x"}"#)).await;
}

#[tokio::test]
async fn in_on_ping_and_on_pong() {
    closes_alone("/on_ping", frame(PING, "x")).await;
    closes_alone("/on_pong", frame(PONG, "x")).await;
}

#[tokio::test]
async fn in_on_error_after_a_callback() {
    closes_alone("/on_error", frame(TEXT, "fail")).await;
}

#[tokio::test]
async fn in_an_error_twin() {
    closes_alone("/with/twin", frame(BINARY, b"\xff")).await;
}

#[tokio::test]
async fn in_on_idle_timeout() {
    closes_alone("/on_idle_timeout", Vec::new()).await;
}

#[tokio::test]
async fn in_on_error_after_a_mistake_on_the_wire() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/on_error").await;
    client.expects(TEXT, "before").await;
    client.send_frame(TEXT, b"\xff").await;
    // The mistake has been answered before `on_error` is called.
    client.is_closed_with(1007).await;
    entries.expect(&["dropped"]).await;
}

#[tokio::test]
async fn in_on_close() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/on_close").await;
    client.expects(TEXT, "before").await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.is_closed_with(1000).await;
    entries.expect(&["dropped"]).await;
    RawClient::upgrade(address, "/another").await.expects(TEXT, "before").await;
}

#[tokio::test]
async fn after_a_panic_the_caller_is_closed_for_everybody() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let address = serve(Listener::new(0).service_with::<Sharing>(Arc::new(std::sync::Mutex::new(Some(sender))))).await;
    let mut client = RawClient::upgrade(address, "/sharing").await;
    client.send_frame(TEXT, "x").await;
    let caller = within("the caller", receiver).await.expect("the caller is sent");
    within("the end of the connection", caller.closed()).await;
    assert!(!caller.is_open());
    assert!(matches!(caller.write_text("late").await, Err(Error::Closed)));
    client.is_closed_with(1011).await;
}

#[tokio::test]
async fn in_the_end_of_the_service_itself() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let address =
        serve(Listener::new(0).service_with::<Undroppable>(Arc::new(std::sync::Mutex::new(Some(sender))))).await;
    let mut client = RawClient::upgrade(address, "/undroppable").await;
    let caller = within("the caller", receiver).await.expect("the caller is sent");
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.is_closed_with(1000).await;
    assert!(!caller.is_open());
}

/// Gives its caller away, and panics when it is dropped.
struct Undroppable(Slot);

#[websocket::service(path = "/undroppable", state = Slot)]
impl Undroppable {
    #[upgrade]
    fn accept(slot: &Slot) -> Self {
        Self(Arc::clone(slot))
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        let sender = self.0.lock().expect("the slot is not poisoned").take().expect("there is one connection");
        sender.send(caller.clone()).expect("the test waits");
    }
}

impl Drop for Undroppable {
    fn drop(&mut self) {
        panic!("while it is dropped");
    }
}

type Slot = Arc<std::sync::Mutex<Option<tokio::sync::oneshot::Sender<Caller>>>>;

/// Gives its caller away, and panics.
struct Sharing(Slot);

#[websocket::service(path = "/sharing", state = Slot)]
impl Sharing {
    #[upgrade]
    fn accept(slot: &Slot) -> Self {
        Self(Arc::clone(slot))
    }

    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) {
        let sender = self.0.lock().expect("the slot is not poisoned").take().expect("there is one message");
        sender.send(caller.clone()).expect("the test waits");
        panic!("with the caller given away");
    }
}

/// Long enough for a test that waits for something else to be over.
const IDLE: f64 = 0.5;
