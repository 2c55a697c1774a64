// Every kind of payload: raw, an alias of raw, and whatever serde reads, borrowed or not.
#![deny(warnings)]

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use serde::Deserialize;
use websocket::{Bytes, Listener, Message};

type Text = String;
type Borrowed<'a> = &'a str;
type Octets<'a> = &'a [u8];
type Owned = Vec<u8>;
type Any = Message;
type Alias<'a> = Join<'a>;

mod names {
    pub(crate) use std::string::String as Renamed;
}

#[derive(Deserialize)]
struct Join<'a> {
    room: &'a str,
    #[serde(borrow)]
    topic: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Generic<T, const N: usize>(T, PhantomData<[u8; N]>);

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Choice<'a> {
    Number { number: u8 },
    Text { text: &'a str },
}

#[derive(Deserialize)]
struct Unit;

trait HasPayload {
    type Payload;
}

impl HasPayload for Service {
    type Payload = u8;
}

#[derive(Default)]
struct Service;

#[rustfmt::skip]
#[websocket::service(path = "/", dispatcher_key = "event")]
impl Service {
    #[remote] fn on_str(&self, _: &str) {}
    #[remote] fn on_string(&self, _: String) {}
    #[remote] fn on_slice(&self, _: &[u8]) {}
    #[remote] fn on_vec(&self, _: Vec<u8>) {}
    #[remote] fn on_bytes(&self, _: Bytes) {}
    #[remote] fn on_any(&self, _: Message) {}

    #[remote] fn on_alias_of_string(&self, _: Text) {}
    #[remote] fn on_alias_of_str(&self, _: Borrowed) {}
    #[remote] fn on_alias_of_str_with_lifetime<'a>(&self, text: Borrowed<'a>) -> Borrowed<'a> { text }
    #[remote] fn on_alias_of_slice(&self, _: Octets<'_>) {}
    #[remote] fn on_alias_of_vec(&self, _: Owned) {}
    #[remote] fn on_alias_of_message(&self, _: Any) {}
    #[remote] fn on_alias_of_struct(&self, join: Alias<'_>) { let _ = (join.room, join.topic); }
    #[remote] fn on_renamed(&self, _: names::Renamed) {}
    #[remote] fn on_projection(&self, _: <Self as HasPayload>::Payload) {}

    #[remote] async fn on_borrowed<'a>(&mut self, join: Join<'a>) -> &'a str { join.room }
    #[remote] async fn on_elided(&self, join: Join<'_>) -> String { join.topic.into_owned() }
    #[remote] fn on_generic(&self, Generic(first, _): Generic<u8, 3>) -> u8 { first }
    #[remote] fn on_enum<'a>(&self, choice: Choice<'a>) -> Cow<'a, str> {
        match choice {
            Choice::Number { number } => number.to_string().into(),
            Choice::Text { text } => text.into(),
        }
    }
    #[remote] fn on_unit_struct(&self, Unit: Unit) {}
    #[remote] fn on_unit(&self, _: ()) {}
    #[remote] fn on_tuple(&self, (_a, _b): (u8, &str)) {}
    #[remote] fn on_one_tuple(&self, _: (String,)) {}
    #[remote] fn on_array(&self, [_a, _b]: [u8; 2]) {}
    #[remote] fn on_list(&self, _: Vec<Join<'_>>) {}
    #[remote] fn on_hash_map(&self, _: HashMap<&str, u8>) {}
    #[remote] fn on_tree_map(&self, _: BTreeMap<String, Vec<Option<u8>>>) {}
    #[remote] fn on_option(&self, _: Option<String>) {}
    #[remote] fn on_result(&self, _: Result<u8, String>) {}
    #[remote] fn on_cow(&self, _: Cow<'_, str>) {}
    #[remote] fn on_boxed_text(&self, _: Box<str>) {}
    #[remote] fn on_boxed(&self, _: std::boxed::Box<Choice<'_>>) {}
    #[remote] fn on_number(&self, mut number: u64) { number += 1; let _ = number; }
    #[remote] fn on_bool(&self, _: bool) {}
    #[remote] fn on_by_reference(&self, ref _text: String) {}
}

fn main() {
    let _ = Listener::new(0).service::<Service>();
}
