// Dispatched methods by name and by event, their error callbacks, and names that messages cannot mean.
#![deny(warnings)]

use websocket::{Caller, Error, Listener, Message};

#[derive(Default)]
struct Market;

#[websocket::service(path = "/market", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Market {
    #[remote]
    async fn on_subscribe(&mut self, caller: &Caller, request: &str) -> String {
        format!("{}: {request}", caller.connection_id())
    }

    #[remote]
    async fn on_subscribe_error(&mut self, error: &Error) -> String {
        error.to_string()
    }

    #[remote(event = "heartbeat")]
    fn keep_alive(&self) {}

    #[remote]
    fn keep_alive_error(&self, _error: &Error) {}

    #[remote(event = "open")]
    fn open(&self, _caller: &Caller) {}

    #[remote]
    fn on_open(&self) {}

    // No `on_network`: a dispatched method like any other.
    #[remote]
    fn on_network_error(&self, _report: &str) {}

    #[remote(scopes = ["trade"])]
    async fn on_trade(&mut self, request: &str) -> String {
        request.to_owned()
    }

    #[remote(event = "settle", scopes = ["trade", "admin"],)]
    fn finish(&self) {}

    #[remote(scopes = ["read"])]
    fn on_message(&self, _message: Message) {}

    #[remote]
    async fn on_message_error(&self, _caller: &Caller, _error: &Error) {}
}

#[derive(Default)]
struct Events;

#[rustfmt::skip]
#[websocket::service(path = "/events", dispatcher_key = "type of \"message\"")]
impl Events {
    #[remote] fn on_heart_beat(&self) {}
    #[remote] fn on_level_2(&self, _caller: &Caller) {}
    #[remote()] fn on_a(&self, _: &Caller, _: u8) {}
    #[remote] fn on_text(&self) {}

    // Any text can be an event, and any name a method.
    #[remote(event = "rate of heart!")] fn rate(&self) {}
    #[remote(event = "")] fn empty(&self) {}
    #[remote(event = "ünïcödé \u{1f600}")] fn emoji(&self) {}
    #[remote(event = r#"raw "quoted""#)] fn quoted(&self) {}
    #[remote(event = "subscribe")] fn on_subscribe(&self) {}
    #[remote(event = "trailing",)] fn trailing(&self, _: &str) {}
    #[websocket::remote(event = "qualified")] async fn qualified(&mut self) {}
    #[remote(event = "close")] fn close(&self, _: &Caller) {}
    #[remote(event = "on_message")] fn the_word(&self) {}

    // Each has the value that the other would have by its name.
    #[remote(event = "left")] fn on_right(&self) {}
    #[remote(event = "right")] fn on_left(&self) {}

    // A text callback for all other messages, and one for binary ones.
    #[remote] fn on_text_message(&self, _: &str) {}
    #[remote] fn on_text_message_error(&self, _: &Error) {}
    #[remote] fn on_binary_message(&self, _: &[u8]) {}
    #[remote] fn on_binary_message_error(&self, _: &Error) {}
    #[remote] fn on_error(&self, _: &Error) {}
}

fn main() {
    let _ = Listener::new(0).service::<Market>().service::<Events>();
}
