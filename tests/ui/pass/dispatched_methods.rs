// Dispatched methods by name and by event, their error callbacks, and names that messages cannot mean.
#![deny(warnings)]

use websocket::{Caller, Error, Listener, Message};

#[derive(Default)]
struct Market;

#[websocket::service(path = "/market", dispatcher_key = "event")]
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

    #[remote]
    fn on_message(&self, _message: Message) {}
}

fn main() {
    let _ = Listener::new(0).service::<Market>();
}
