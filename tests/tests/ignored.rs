//! What no callback takes is ignored, but not in silence: each is an event of `tracing`, to be counted. One test alone in its
//! process, because it listens to every event there.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use tests::{
    raw::{BINARY, RawClient, TEXT},
    server::serve,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use websocket::Listener;

#[derive(Default)]
struct Strict;

#[websocket::service(path = "/strict", dispatcher_key = "type")]
impl Strict {
    #[remote]
    fn on_hello(&mut self) -> &'static str {
        "hello"
    }
}

#[tokio::test]
async fn an_ignored_message_is_an_event() {
    tracing::subscriber::set_global_default(Listening).expect("it is the only one");
    let mut client = RawClient::upgrade(serve(Listener::new(0).service::<Strict>()).await, "/strict").await;
    let ignored =
        [(TEXT, r#"{"type":"bye"}"#), (TEXT, r#"{"type":1}"#), (TEXT, "hello"), (BINARY, r#"{"type":"hello"}"#)];
    for (first, message) in ignored {
        client.send_frame(first, message).await;
    }
    client.send_frame(TEXT, r#"{"type":"hello"}"#).await;
    client.expects(TEXT, "hello").await;
    assert_eq!(IGNORED.load(Relaxed), ignored.len());
}

static IGNORED: AtomicUsize = AtomicUsize::new(0);

/// Counts the events of ignored messages.
struct Listening;

impl Subscriber for Listening {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("websocket")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Text);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Text;

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" && format!("{value:?}").starts_with("message ignored") {
            IGNORED.fetch_add(1, Relaxed);
        }
    }
}
