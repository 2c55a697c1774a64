// Names of the user that the expansion must not take for others.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

struct Ok;
struct Err;
struct Some;
struct None;
struct Option;
struct Result;
struct Vec;
struct String;
struct Box;
struct Event;
struct Service;
struct Descriptor;
struct Settings;
struct Source;
struct Kind;
struct Handled;
struct Future;
struct Send;
trait Default {}
trait From {}
trait Into {}
mod core {}
mod std {}

const fn reply() {}
const fn accept() {}
const fn payload() {}

struct Chat;

#[websocket::service(path = "/chat/<name>", dispatcher_key = "event", idle_timeout = 1)]
impl Chat {
    #[upgrade]
    fn connect(name: u8, #[query] page: u8) -> Self {
        let _ = (name, page);
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}

    #[remote]
    fn on_join(&self, _caller: &websocket::Caller, _room: &str) -> &'static str {
        "joined"
    }

    #[remote]
    fn on_join_error(&self, _error: &websocket::Error) {}

    #[remote]
    fn on_message(&self, message: websocket::Message) -> websocket::Message {
        message
    }

    #[remote]
    fn on_ping(&self, data: &[u8]) -> [u8; 1] {
        [data.len() as u8]
    }

    #[remote]
    async fn on_close(&self, _status: websocket::CloseCode) {}

    // Methods that have the names of the expansion's own.
    fn call(&self) {}
    fn upgrade(&self) {}
    fn settings(&self) {}
}

fn main() {
    let _ = websocket::Listener::new(0).service::<Chat>();
}
