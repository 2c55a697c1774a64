// Types, traits, and modules of the user that have the names of the prelude, of primitives, and of the expansion's own.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

use ::websocket as ws;

struct Ok;
struct Err;
struct Some;
struct None;
struct Option;
struct Result;
struct Vec;
struct String;
struct Box;
struct Future;
struct Send;
struct Sync;
struct Sized;
trait Default {}
trait From {}
trait Into {}
trait Iterator {}

struct u8;
struct u16;
struct usize;
struct str;
struct bool;
type i32 = Text;
enum f64 {}
union u64 {
    field: (),
}

struct Accept;
struct Caller;
struct Data;
struct Descriptor;
struct Event;
struct Failure;
struct Handled;
struct Kind;
struct Outcome;
struct Place;
struct Route;
struct Service;
struct Settings;
struct Source;
struct Target;
struct UpgradeRequest;
struct UpgradeResult;

mod alloc {}
mod bytes {}
mod core {}
mod serde {}
mod std {}
mod websocket {}

type Text = ::std::string::String;
type Octets = ::std::vec::Vec<::core::primitive::u8>;
type Maybe<T> = ::core::option::Option<T>;
type Answer<T> = ::core::result::Result<T, ws::Error>;

struct Chat;

struct Hub;

#[ws::service(
    path = "/chat/<name>",
    state = Hub,
    subprotocols = ["chat"],
    dispatcher_key = "event",
    dispatcher_stream_id = "id",
    idle_timeout = 1,
    max_frame_size = 10
)]
impl Chat {
    #[upgrade]
    async fn connect(
        name: Text,
        hub: &Hub,
        request: &ws::UpgradeRequest,
        #[query] page: Maybe<Text>,
        #[header] host: Text,
    ) -> ::core::result::Result<Self, ws::UpgradeError> {
        let _ = (name, hub, request, page, host);
        ::core::result::Result::Ok(Self)
    }

    #[remote]
    async fn on_open(&mut self) -> Maybe<Text> {
        ::core::option::Option::None
    }

    #[remote]
    fn on_join(&self, _caller: &ws::Caller, room: &::core::primitive::str) -> Answer<Text> {
        ::core::result::Result::Ok(room.to_owned())
    }

    #[remote]
    fn on_join_error(&self, _error: &ws::Error) {}

    #[remote]
    fn on_watch(&self) -> impl ws::Stream<Item = Answer<Text>> + use<> {
        ::futures_util::stream::empty()
    }

    #[remote]
    fn on_message(&self, message: Octets) -> Octets {
        message
    }

    #[remote]
    fn on_ping(&self, data: &[::core::primitive::u8]) -> [::core::primitive::u8; 1] {
        [data[0]]
    }

    #[remote]
    fn on_close(&self, _status: ws::CloseCode, _reason: &::core::primitive::str) -> Answer<()> {
        ::core::result::Result::Ok(())
    }
}

#[derive(::core::default::Default)]
struct WithDefault;

#[ws::service(path = "/default")]
impl WithDefault {
    #[remote]
    async fn on_message(&self, message: ws::Message) -> ws::Message {
        message
    }
}

fn main() {
    let _ = ws::Listener::new(0).service_with::<Chat>(Hub).service::<WithDefault>();
}
