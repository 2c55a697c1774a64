// Methods that the configuration takes away, or chooses between.
#![deny(warnings)]
#![allow(unexpected_cfgs)]

use websocket::{Listener, Message};

#[derive(Default)]
struct Chat;

#[cfg(any())]
struct Nowhere;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[cfg(any())]
    #[remote]
    fn on_open(&self, caller: &websocket::Caller) -> Nowhere {
        Nowhere
    }

    #[cfg(any())]
    #[remote]
    fn on_text_message(&self, text: Nowhere) {}

    #[cfg(all())]
    #[remote]
    fn on_message(&self, _message: Message) {}

    #[cfg(any())]
    #[remote]
    fn on_join(&self, room: Nowhere) -> Nowhere {
        Nowhere
    }

    #[cfg(not(any()))]
    #[remote]
    fn on_join(&self, _room: &str) {}

    #[remote]
    fn on_leave(&self) {}
}

fn main() {
    let _ = Listener::new(0).service::<Chat>();
}
