//! Streams that go wrong at the worst moment.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::sync::Arc;

use futures_util::stream;
use tests::{
    raw::{CLOSE, PING, PONG, RawClient, TEXT, close_payload, frame},
    server::{Journal, journal, serve},
};
use tokio::{sync::Notify, task::yield_now};
use websocket::{Caller, CloseCode, CloseFrame, Error, Listener, Stream};

/// Answers each text with a short stream.
#[derive(Default)]
struct Short;

#[websocket::service(path = "/short")]
impl Short {
    #[remote]
    fn on_text_message(&mut self, text: String) -> impl Stream<Item = String> + use<> {
        stream::iter([text])
    }
}

#[tokio::test]
async fn many_short_streams_of_one_read_are_not_too_many() {
    let address = serve(Listener::new(0).max_streams(2).service::<Short>()).await;
    let mut client = RawClient::upgrade(address, "/short").await;
    let texts: Vec<_> = (0..3000).map(|number| format!("{number:032}")).collect();
    client.send(texts.iter().flat_map(|text| frame(TEXT, text)).collect::<Vec<_>>()).await;
    for text in texts {
        client.expects(TEXT, text).await;
    }
}

/// Answers each text with a stream that has no end.
#[derive(Default)]
struct Flood;

#[websocket::service(path = "/flood")]
impl Flood {
    #[remote]
    fn on_text_message(&mut self, _text: &str) -> impl Stream<Item = &'static str> + use<> {
        stream::repeat("flood")
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> String {
        error.to_string()
    }
}

#[tokio::test]
async fn a_stream_too_many_is_refused_also_beside_one_that_always_has_something_to_send() {
    let mut client =
        RawClient::upgrade(serve(Listener::new(0).max_streams(1).service::<Flood>()).await, "/flood").await;
    client.send([frame(TEXT, ""), frame(TEXT, "")].concat()).await;
    loop {
        let frame = client.frame().await.expect("the connection lives on");
        if frame.payload != b"flood" {
            assert_eq!(frame.payload, b"connection has 1 streams already");
            break;
        }
    }
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "a stream panics on purpose while it is dropped");
    }
}

struct Explosive(Journal);

#[websocket::service(path = "/explosive", state = Journal)]
impl Explosive {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    fn on_text_message(&mut self, _text: &str) -> impl Stream<Item = &'static str> + use<> {
        let bomb = Bomb;
        stream::once(async move {
            std::future::pending::<()>().await;
            let _bomb = &bomb;
            "never"
        })
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.0.note(status.as_u16().to_string());
    }
}

#[tokio::test]
async fn a_stream_that_panics_while_it_is_dropped_does_not_take_the_ending_with_it() {
    let (journal, mut entries) = journal();
    let address = serve(Listener::new(0).service_with::<Explosive>(journal)).await;
    let mut client = RawClient::upgrade(address, "/explosive").await;
    client.send_frame(TEXT, "").await;
    client.send_frame(PING, "").await;
    client.expects(PONG, "").await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.expects(CLOSE, close_payload(1000, "")).await;
    entries.expect(&["1000"]).await;
}

/// Has a stream fail while a callback closes.
struct Crossing {
    journal: Journal,
    go: Arc<Notify>,
}

#[websocket::service(path = "/crossing", state = Journal)]
impl Crossing {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self { journal: journal.clone(), go: Arc::default() }
    }

    #[remote]
    fn on_open(&mut self) -> impl Stream<Item = Result<(), String>> + use<> {
        let go = Arc::clone(&self.go);
        stream::once(async move {
            go.notified().await;
            Err("torn".to_owned())
        })
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, _text: &str) {
        self.go.notify_one();
        // The stream has its turn while the callback waits.
        for _ in 0..10 {
            yield_now().await;
        }
        drop(caller.close(CloseFrame::normal()).await);
    }

    #[remote]
    fn on_error(&mut self, error: &Error) {
        self.journal.note(format!("on_error {error}"));
    }

    #[remote]
    fn on_close(&mut self) {
        self.journal.note("on_close");
    }
}

#[tokio::test]
async fn an_error_is_told_also_if_a_callback_has_closed_meanwhile() {
    let (journal, mut entries) = journal();
    let address = serve(Listener::new(0).service_with::<Crossing>(journal)).await;
    let mut client = RawClient::upgrade(address, "/crossing").await;
    client.send_frame(TEXT, "").await;
    client.expects(CLOSE, close_payload(1000, "")).await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    entries.expect(&["on_error torn", "on_close"]).await;
}

/// Answers errors with what fails again.
#[derive(Default)]
struct Hopeless;

#[websocket::service(path = "/hopeless")]
impl Hopeless {
    #[remote]
    fn on_text_message(&mut self, _text: &str) -> Result<(), &'static str> {
        Err("failed")
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> impl Stream<Item = Result<String, String>> + use<> {
        stream::iter([Ok(error.to_string()), Err("failed again".to_owned()), Ok("never".to_owned())])
    }
}

#[tokio::test]
async fn a_stream_that_answers_an_error_and_fails_closes_with_1011() {
    let mut client = RawClient::upgrade(serve(Listener::new(0).service::<Hopeless>()).await, "/hopeless").await;
    client.send_frame(TEXT, "").await;
    client.expects(TEXT, "failed").await;
    client.expects(CLOSE, close_payload(1011, "")).await;
}
