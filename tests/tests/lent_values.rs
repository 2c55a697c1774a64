//! What is lent or shared goes out as what it is: text as text, bytes as bytes. And what the bounds of a generic service promise, a
//! message finds.

use std::{borrow::Cow, fmt::Debug, marker::PhantomData, sync::Arc};

use bytes::BytesMut;
use tests::{
    raw::{BINARY, PING, PONG, RawClient, TEXT},
    server::serve,
};
use websocket::{BytesPayload, Listener, Message, Payload, PongReply, Reply, TextPayload};

/// Lends each of its values.
struct Lender {
    text: Cow<'static, str>,
    boxed_text: Box<str>,
    shared_text: Arc<str>,
    owned_text: String,
    bytes: Vec<u8>,
    boxed_bytes: Box<[u8]>,
    message: Message,
}

impl Default for Lender {
    fn default() -> Self {
        Self {
            text: "text".into(),
            boxed_text: "text".into(),
            shared_text: "text".into(),
            owned_text: "text".to_owned(),
            bytes: b"bytes".to_vec(),
            boxed_bytes: (*b"bytes").into(),
            message: Message::from(&b"bytes"[..]),
        }
    }
}

#[websocket::service(path = "/lender", dispatcher_key = "event")]
impl Lender {
    #[remote]
    fn on_cow(&self) -> &Cow<'static, str> {
        &self.text
    }

    #[remote]
    #[expect(clippy::borrowed_box, reason = "what a box lends is the subject here")]
    fn on_boxed_text(&self) -> &Box<str> {
        &self.boxed_text
    }

    #[remote]
    fn on_shared_text(&self) -> &Arc<str> {
        &self.shared_text
    }

    #[remote]
    fn on_text(&mut self) -> &mut str {
        &mut self.owned_text
    }

    #[remote]
    fn on_bytes(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    #[remote]
    #[expect(clippy::borrowed_box, reason = "what a box lends is the subject here")]
    fn on_boxed_bytes(&self) -> &Box<[u8]> {
        &self.boxed_bytes
    }

    #[remote]
    fn on_shared_bytes(&self) -> Arc<[u8]> {
        self.bytes.as_slice().into()
    }

    #[remote]
    fn on_growing_bytes(&self) -> BytesMut {
        self.bytes.as_slice().into()
    }

    #[remote]
    fn on_whole_message(&self) -> &Message {
        &self.message
    }
}

/// Takes what its bounds say, which are traits of this crate.
struct Bounded<T, B, P>(PhantomData<fn(T, B, P)>);

impl<T, B, P> Default for Bounded<T, B, P> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[websocket::service(path = "/bounded", dispatcher_key = "event")]
impl<T, B, P> Bounded<T, B, P>
where
    T: for<'a> TextPayload<'a> + Reply,
    B: for<'a> BytesPayload<'a> + PongReply,
    P: for<'a> Payload<'a> + Debug,
{
    #[remote]
    fn on_text_message(&mut self, text: T) -> T {
        text
    }

    #[remote]
    fn on_ping(&mut self, data: B) -> B {
        data
    }

    #[remote]
    fn on_shown(&mut self, payload: P) -> String {
        format!("{payload:?}")
    }
}

#[tokio::test]
async fn lent_values_go_out_as_they_are() {
    let mut client = RawClient::upgrade(serve(Listener::new(0).service::<Lender>()).await, "/lender").await;
    let texts = ["cow", "boxedText", "sharedText", "text"].map(|event| (event, TEXT, "text"));
    let bytes = ["bytes", "boxedBytes", "sharedBytes", "growingBytes", "wholeMessage"];
    let bytes = bytes.map(|event| (event, BINARY, "bytes"));
    for (event, kind, expected) in texts.into_iter().chain(bytes) {
        println!("{event}");
        client.send_frame(TEXT, format!(r#"{{"event":"{event}"}}"#)).await;
        client.expects(kind, expected).await;
    }
}

#[tokio::test]
async fn the_bounds_of_this_crate_are_kept() {
    let listener = Listener::new(0).service::<Bounded<String, Vec<u8>, serde_json::Value>>();
    let mut client = RawClient::upgrade(serve(listener).await, "/bounded").await;
    client.send_frame(TEXT, "a text").await;
    client.expects(TEXT, "a text").await;
    client.send_frame(PING, "a ping").await;
    client.expects(PONG, "a ping").await;
    client.send_frame(TEXT, r#"{"event":"shown"}"#).await;
    client.expects(TEXT, r#"Object {"event": String("shown")}"#).await;
}
