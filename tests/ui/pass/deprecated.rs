// What is deprecated may be used in a service that allows it.
#![deny(warnings)]

use serde::Deserialize;
use websocket::Listener;

mod old {
    #[deprecated]
    pub struct Hub;

    #[deprecated]
    pub type Text = String;
}

#[derive(Deserialize)]
struct Join {
    _room: u8,
}

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    #[deprecated(note = "for old clients")]
    fn on_join(&self, _join: Join) {}

    #[remote]
    #[allow(deprecated)]
    fn on_text_message(&self, _text: old::Text) {}
}

struct Stateful;

#[allow(deprecated)]
#[websocket::service(path = "/stateful", state = old::Hub)]
impl Stateful {
    #[upgrade]
    fn connect(_: &old::Hub) -> Self {
        Self
    }

    #[remote]
    fn on_open(&self) {}
}

#[allow(deprecated)]
fn main() {
    let _ = Listener::new(0).service::<Chat>().service_with::<Stateful>(old::Hub);
}
