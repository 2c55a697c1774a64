// Every key of the `service` attribute with every kind of value.
#![deny(warnings)]

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use websocket::{Auth, Compression, Listener, Origins};

const SECONDS: u64 = 3;
static LIMITS: Limits = Limits { message: 4096 };

struct Limits {
    message: usize,
}

const fn seconds() -> f32 {
    1.5
}

macro_rules! services {
    ($($name:ident($($args:tt)*))*) => {
        $(
            #[derive(Default)]
            struct $name;

            #[websocket::service($($args)*)]
            impl $name {
                #[remote]
                fn on_open(&self) {}
            }
        )*

        fn main() {
            let _ = Listener::new(0)$(.service::<$name>())*;
        }
    };
}

services! {
    Root(path = "/")
    Trailing(path = "/trailing",)
    RawText(path = r"/raw")
    Hashes(path = r#"/hashes"#)
    Encoded(path = "/caf\u{e9}")

    Integer(path = "/", idle_timeout = 1)
    Suffix(path = "/", idle_timeout = 1u8)
    Signed(path = "/", idle_timeout = 2_i64)
    Fraction(path = "/", idle_timeout = 1.5)
    Single(path = "/", idle_timeout = 2.0f32)
    Off(path = "/", idle_timeout = 0)
    Precise(path = "/", idle_timeout = Duration::from_millis(3))
    Constant(path = "/", idle_timeout = SECONDS)
    Call(path = "/", idle_timeout = seconds())
    Parsed(path = "/", idle_timeout = "1".parse::<u32>().unwrap())
    Block(path = "/", idle_timeout = { let one = 1; one + 1 })
    Chosen(path = "/", idle_timeout = if cfg!(unix) { 1 } else { 2 })
    Cast(path = "/", idle_timeout = 3 as f64, max_frame_size = 3 as usize)

    Forever(path = "/", connection_closure_timeout = -1)
    ForeverPrecise(path = "/", connection_closure_timeout = -1.0)
    ForeverGrouped(path = "/", connection_closure_timeout = (-1))
    AtOnce(path = "/", connection_closure_timeout = 0)

    Sizes(path = "/", max_frame_size = 1024, max_message_size = 1_048_576)
    SizesOtherwise(path = "/", max_frame_size = 1 << 10, max_message_size = LIMITS.message)
    SizesWithSuffix(path = "/", max_frame_size = 0x10_usize, max_message_size = usize::MAX)
    SizeOfType(path = "/", max_frame_size = std::mem::size_of::<u64>())
    SizeByMatch(path = "/", max_frame_size = match 1 { 1 => 3, _ => 4 })

    Pinging(path = "/", ping_interval = 30, pong_timeout = 0.5)
    PingingPrecisely(path = "/", ping_interval = Duration::from_secs(1), pong_timeout = Duration::from_secs(2))
    NotPinging(path = "/", ping_interval = 0)

    Compressed(path = "/", compression = Compression::shared().level(1))
    Uncompressed(path = "/", compression = Compression::off())

    FromOnePage(path = "/", origins = ["https://example.com", "http://localhost:8080"])
    FromPages(path = "/", origins = [frontend(), "https://example.com".to_owned()])
    FromTheSame(path = "/", origins = Origins::same())
    FromNoPage(path = "/", origins = Vec::<String>::new())

    Guarded(path = "/", auth = Auth::none().realm("chat"))
    GuardedByCall(path = "/", auth = rules())

    NoSubprotocol(path = "/", subprotocols = [])
    Subprotocols(path = "/", subprotocols = ["chat.v2", "chat.v1",])

    Dispatching(path = "/", dispatcher_key = "the event")
    Carrying(path = "/", dispatcher_stream_id = "id", dispatcher_key = "event")

    Validating(path = "/", validation = true)
    Trusting(path = "/", validation = false)

    Named(crate = ::websocket, path = "/")
    Unit(path = "/", state = ())
}

fn rules() -> Auth {
    Auth::none()
}

fn frontend() -> String {
    "https://frontend.example".to_owned()
}

struct Hub;
struct Stateful;
struct Synchronised;
struct Referring;

macro_rules! stateful {
    ($($name:ident: $state:ty)*) => {$(
        #[websocket::service(path = "/", state = $state)]
        impl $name {
            #[upgrade]
            fn new(_: &$state) -> Self {
                Self
            }

            #[remote]
            fn on_open(&self) {}
        }
    )*};
}

stateful! {
    Stateful: Hub
    Synchronised: Mutex<HashMap<String, Vec<u8>>>
    Referring: &'static str
}

const _: fn() = || {
    let _ = Listener::new(0)
        .service_with::<Stateful>(Hub)
        .service_with::<Synchronised>(Mutex::default())
        .service_with::<Referring>("hub");
};
