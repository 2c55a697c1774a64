// Every kind of reply that is not a stream.
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::Arc;

use serde::Serialize;
use websocket::{Bytes, CloseFrame, Listener, Message, Prepared};

type Text = String;
type Fallible<T> = Result<T, std::io::Error>;

#[derive(Serialize)]
struct Joined<'a> {
    room: &'a str,
}

#[derive(Serialize)]
struct Generic<T>(T);

#[derive(Default)]
struct Service {
    text: String,
    data: Vec<u8>,
}

#[rustfmt::skip]
#[websocket::service(path = "/", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Service {
    #[remote] fn on_nothing(&self) {}
    #[remote] fn on_unit(&self) -> () {}

    #[remote] fn on_static_str(&self) -> &'static str { "" }
    #[remote] fn on_own_str(&self) -> &str { &self.text }
    #[remote] fn on_own_string(&self) -> &String { &self.text }
    #[remote] async fn on_string(&self) -> String { String::new() }
    #[remote] fn on_alias(&self) -> Text { Text::new() }
    #[remote] fn on_boxed_str(&self) -> Box<str> { "".into() }
    #[remote] fn on_shared_str(&self) -> Arc<str> { "".into() }
    #[remote] fn on_cow_str<'a>(&self, text: &'a str) -> Cow<'a, str> { text.into() }

    #[remote] fn on_slice(&self) -> &[u8] { &self.data }
    #[remote] fn on_own_vec(&self) -> &Vec<u8> { &self.data }
    #[remote] async fn on_vec(&mut self) -> Vec<u8> { self.data.clone() }
    #[remote] fn on_bytes(&self) -> Bytes { Bytes::new() }
    #[remote] fn on_boxed_slice(&self) -> Box<[u8]> { [].into() }
    #[remote] fn on_cow_slice(&self) -> Cow<'_, [u8]> { Cow::Borrowed(&self.data) }
    #[remote] fn on_array(&self) -> [u8; 3] { [1, 2, 3] }
    #[remote] fn on_array_reference(&self) -> &'static [u8; 3] { b"abc" }

    #[remote] fn on_any(&self) -> Message { Message::from("") }
    #[remote] fn on_prepared(&self) -> Prepared { Prepared::text("") }
    #[remote] fn on_goodbye(&self) -> CloseFrame { CloseFrame::normal() }

    #[remote] fn on_struct<'a>(&self, room: &'a str) -> Joined<'a> { Joined { room } }
    #[remote] fn on_generic(&self) -> Generic<u8> { Generic(1) }
    #[remote] fn on_boxed(&self) -> Box<Generic<u8>> { Box::new(Generic(1)) }
    #[remote] fn on_tuple(&self) -> (u8, &str) { (1, &self.text) }
    #[remote] fn on_list(&self) -> Vec<Joined<'static>> { Vec::new() }
    #[remote] fn on_hash_map(&self) -> HashMap<String, u8> { HashMap::new() }
    #[remote] fn on_number(&self) -> f64 { 1.5 }
    #[remote] fn on_bool(&self) -> bool { true }
    #[remote] fn on_opaque(&self) -> impl Serialize + use<> { 1 }
    #[remote] async fn on_late_opaque(&self) -> impl Serialize + use<> { 1 }
    #[remote] fn on_borrowing_opaque(&self) -> impl Serialize { &self.text }

    #[remote] fn on_option(&self) -> Option<String> { None }
    #[remote] fn on_option_str(&self) -> Option<&str> { None }
    #[remote] async fn on_option_close(&self) -> Option<CloseFrame> { None }
    #[remote] fn on_option_json(&self) -> Option<Joined<'_>> { None }
    #[remote] fn on_option_opaque(&self) -> Option<impl Serialize + use<>> { Some(1) }

    #[remote] fn on_result(&self) -> Result<(), std::fmt::Error> { Ok(()) }
    #[remote] fn on_own_result(&self) -> websocket::Result<String> { Ok(String::new()) }
    #[remote] async fn on_alias_of_result(&self) -> Fallible<Message> { Ok(Message::from("")) }
    #[remote] fn on_result_close(&self) -> Fallible<CloseFrame> { Ok(CloseFrame::normal()) }
    #[remote] fn on_result_option(&self) -> Fallible<Option<Generic<u8>>> { Ok(None) }
    #[remote] fn on_result_opaque(&self) -> Fallible<impl Serialize + use<>> { Ok(1) }
    #[remote] fn on_failing_box(&self) -> Result<u8, Box<dyn StdError + Send + Sync>> { Ok(1) }
    #[remote] fn on_failing_str(&self) -> Result<u8, &'static str> { Err("no") }
    #[remote] fn on_failing_string(&self) -> Result<u8, String> { Err(String::new()) }
    #[remote] fn on_never_failing(&self) -> Result<u8, std::convert::Infallible> { Ok(1) }
}

#[derive(Default)]
struct Pings;

#[websocket::service(path = "/pings")]
impl Pings {
    #[remote]
    async fn on_ping(&self, data: Bytes) -> Result<Option<Bytes>, std::io::Error> {
        Ok(Some(data))
    }

    #[remote]
    fn on_close(&self) -> Result<(), Box<dyn StdError + Send + Sync>> {
        Ok(())
    }
}

fn main() {
    let _ = Listener::new(0).service::<Service>().service::<Pings>();
}
