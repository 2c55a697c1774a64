// The `client` attribute with every key, on every kind of block.
#![deny(warnings)]

use std::time::Duration;

use websocket as renamed;
use websocket::{Bytes, Caller, CloseCode, CloseFrame, Error, Handler, Message};

const SECONDS: u64 = 3;

macro_rules! clients {
    ($($name:ident($($args:tt)*))*) => {
        $(
            struct $name;

            #[websocket::client($($args)*)]
            impl $name {
                #[remote]
                fn on_open(&self) {}
            }
        )*

        fn run_all() {
            $(run($name);)*
        }
    };
}

clients! {
    Empty()
    Idle(idle_timeout = 30)
    IdlePrecisely(idle_timeout = Duration::from_millis(3),)
    IdleConstant(idle_timeout = SECONDS)
    Dispatching(dispatcher_key = "event", dispatcher_stream_id = "id")
    Trusting(validation = false)
    Renamed(crate = crate::renamed)
}

#[derive(serde::Deserialize)]
struct Tick<'a> {
    pair: &'a str,
}

struct Ticker {
    pair: String,
    closed: Option<CloseCode>,
}

#[websocket::client(dispatcher_key = "event", idle_timeout = 30)]
impl Ticker {
    #[remote]
    async fn on_open(&mut self, caller: &Caller) -> websocket::Result<()> {
        caller.write_text(&self.pair).await
    }

    #[remote]
    fn on_tick(&mut self, tick: Tick<'_>) -> Option<String> {
        (tick.pair == self.pair).then(|| tick.pair.to_owned())
    }

    #[remote]
    fn on_tick_error(&mut self, error: &Error) -> String {
        error.to_string()
    }

    #[remote(event = "bye")]
    fn leave(&mut self) -> CloseFrame {
        CloseFrame::normal()
    }

    #[remote]
    fn on_message(&mut self, message: Message) {
        drop(message);
    }

    #[remote]
    fn on_ping(&mut self, data: Bytes) -> Bytes {
        data
    }

    #[remote]
    fn on_idle_timeout(&mut self) {}

    #[remote]
    fn on_error(&mut self, _: &Error) {}

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.closed = Some(status);
    }
}

struct Generic<T>(T);

#[websocket::client]
impl<T: Clone> Generic<T>
where
    T: Into<Bytes>,
{
    fn new(first: T) -> Self {
        Self(first)
    }

    #[remote]
    fn on_binary_message(&mut self, _: &[u8]) -> Bytes {
        self.0.clone().into()
    }
}

fn run<H: Handler>(_: H) {}

fn main() {
    run_all();
    run(Ticker { pair: String::new(), closed: None });
    run(Generic::new("first"));
}
