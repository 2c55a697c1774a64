// Members of the service, of its payloads, and of its replies that have the names of the expansion's own.
#![deny(warnings)]
#![allow(dead_code, clippy::should_implement_trait)]

use serde::{Deserialize, Serialize};
use websocket::{Error, Listener, Message, Stream};

struct Chat;

struct Hub;

#[derive(Deserialize, Serialize)]
struct Join {
    room: u8,
}

macro_rules! members {
    ($($type:ident)*) => {$(
        impl $type {
            const CHECK: u8 = 0;
            const CHECKS: u8 = 0;
            const DEFAULT: u8 = 0;
            const DESCRIPTOR: u8 = 0;
            const ROLE: u8 = 0;

            fn accept(&self) {}
            fn bind() {}
            fn check(&self) {}
            fn clone(&self) {}
            fn default() {}
            fn deserialize() {}
            fn extract(&self) {}
            fn fail(&self) {}
            fn from() {}
            fn from_str() {}
            fn into(&self) {}
            fn into_result(self) {}
            fn new() {}
            fn of() {}
            fn option(&self) {}
            fn poll_next(&self) {}
            fn pong(&self) {}
            fn segment(&self) {}
            fn send(&self) {}
            fn send_element(&self) {}
            fn serialize(&self) {}
            fn settle(&self) {}
            fn take(&self) {}
            fn unpack(&self) {}
            fn validate(&self) {}
            fn value(&self) {}
        }
    )*};
}

members!(Chat Hub Join);

#[websocket::service(path = "/", state = Hub, dispatcher_key = "event", dispatcher_stream_id = "id", idle_timeout = 1)]
impl Chat {
    #[upgrade]
    fn upgrade(_: &Hub) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) -> Option<Join> {
        None
    }

    #[remote]
    fn on_message(&self, message: Message) -> Message {
        message
    }

    #[remote]
    fn on_join(&self, join: Join) -> Result<Option<Join>, Error> {
        Ok(Some(join))
    }

    #[remote]
    fn on_watch(&self) -> impl Stream<Item = Join> + use<> {
        futures_util::stream::empty()
    }

    #[remote]
    fn on_close(&self) {}

    fn call(&self) {}
    fn settings(&self) {}
}

// Callbacks of these names.
#[derive(Default)]
struct Remote;

#[rustfmt::skip]
#[websocket::service(path = "/remote", dispatcher_key = "event")]
impl Remote {
    #[remote(event = "bind")] fn bind(&self, _: &str) {}
    #[remote(event = "call")] fn call(&self) {}
    #[remote(event = "caller")] fn caller(&self, caller: &str) -> String { caller.to_owned() }
    #[remote(event = "check")] fn check(&self) {}
    #[remote(event = "clone")] fn clone(&self) {}
    #[remote(event = "default")] fn default(&self) {}
    #[remote(event = "event")] fn event(&self) {}
    #[remote(event = "pong")] async fn pong(&mut self) {}
    #[remote(event = "send")] fn send(&self) {}
    #[remote(event = "settings")] fn settings(&self) {}
    #[remote(event = "settle")] async fn settle(&mut self) {}
    #[remote(event = "unpack")] async fn unpack(&self, _: &websocket::Caller) {}
    #[remote(event = "upgrade")] fn upgrade(&self) {}
}

fn main() {
    let _ = Listener::new(0).service_with::<Chat>(Hub).service::<Remote>();
}
