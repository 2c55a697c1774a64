// Streams of every reply, opaque, named, and boxed, and inside `Option` and `Result`.
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::pin::Pin;

use futures_util::stream::{self, BoxStream, Empty, Iter};
use serde::Serialize;
use websocket::{Bytes, CloseFrame, Error, Listener, Message, Prepared, Stream};

type Failed = std::io::Error;

#[derive(Serialize)]
struct Tick {
    price: u32,
}

#[derive(Default)]
struct Service;

#[rustfmt::skip]
#[websocket::service(path = "/", dispatcher_key = "event", dispatcher_stream_id = "id", idle_timeout = 1)]
impl Service {
    #[remote] fn on_json(&self) -> impl Stream<Item = Tick> + use<> { stream::iter([Tick { price: 1 }]) }
    #[remote] async fn on_late_json(&mut self) -> impl Stream<Item = Tick> + use<> { stream::empty() }
    #[remote] fn on_map(&self) -> impl Stream<Item = HashMap<String, u8>> + use<> { stream::empty() }
    #[remote] fn on_text(&self) -> impl Stream<Item = String> + use<> { stream::empty() }
    #[remote] fn on_cow(&self) -> impl Stream<Item = Cow<'static, str>> + use<> { stream::empty() }
    #[remote] fn on_bytes(&self) -> impl Stream<Item = Bytes> + use<> { stream::empty() }
    #[remote] fn on_array(&self) -> impl Stream<Item = [u8; 4]> + Send + use<> { stream::empty() }
    #[remote] fn on_any(&self) -> impl Stream<Item = Message> + use<> { stream::empty() }
    #[remote] fn on_prepared(&self) -> impl Stream<Item = Prepared> + use<> { stream::empty() }
    #[remote] fn on_goodbye(&self) -> impl Stream<Item = CloseFrame> + use<> { stream::empty() }
    #[remote] fn on_nothing(&self) -> Empty<()> { stream::empty() }

    #[remote] fn on_option(&self) -> impl Stream<Item = Option<String>> + use<> { stream::empty() }
    #[remote] fn on_result(&self) -> impl Stream<Item = Result<Tick, Failed>> + use<> { stream::empty() }
    #[remote] fn on_both(&self) -> impl Stream<Item = Result<Option<Bytes>, Failed>> + use<> { stream::empty() }
    #[remote] fn on_message_result(&self) -> impl Stream<Item = Result<Message, String>> + use<> { stream::empty() }

    #[remote] fn on_maybe(&self) -> Option<impl Stream<Item = u8> + use<>> { Some(stream::empty()) }
    #[remote] fn on_fallible(&self) -> Result<impl Stream<Item = u8> + use<>, Failed> { Ok(stream::empty()) }
    #[remote] async fn on_late_fallible(&self) -> Result<Option<impl Stream<Item = u8> + use<>>, Failed> {
        Ok(Some(stream::empty()))
    }

    #[remote] fn on_static(&self) -> impl Stream<Item = u8> + 'static { stream::empty() }
    #[remote] fn on_of_request<'a>(&self, count: u8) -> impl Stream<Item = u8> + use<> { stream::iter(0..count) }
    #[remote] fn on_named(&self) -> Iter<std::ops::Range<u8>> { stream::iter(0..3) }
    #[remote] fn on_pinned(&self) -> Pin<Box<dyn Stream<Item = &'static str> + Send>> { Box::pin(stream::empty()) }
    #[remote] fn on_boxed(&self) -> BoxStream<'static, u8> { Box::pin(stream::empty()) }
    #[remote] async fn on_unpin(&self) -> Box<dyn Stream<Item = u8> + Send + Unpin> { Box::new(stream::empty()) }

    #[remote] fn on_open(&self) -> impl Stream<Item = &'static str> + use<> { stream::iter(["welcome"]) }
    #[remote] fn on_idle_timeout(&self) -> impl Stream<Item = u8> + use<> { stream::empty() }
    #[remote] async fn on_message(&self, _: Message) -> impl Stream<Item = Tick> + use<> { stream::empty() }
    #[remote] fn on_message_error(&self, _: &Error) -> impl Stream<Item = String> + use<> { stream::empty() }
    #[remote] fn on_error(&self, _: &Error) -> impl Stream<Item = CloseFrame> + use<> { stream::empty() }
}

fn main() {
    let _ = Listener::new(0).service::<Service>();
}
