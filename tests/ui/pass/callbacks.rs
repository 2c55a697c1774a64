// Every callback, sync and async, with each way to borrow the service.
#![deny(warnings)]

use websocket::{Bytes, Caller, CloseCode, CloseFrame, Error, Listener, Message};

#[derive(Default)]
struct Exclusive {
    seen: usize,
}

#[websocket::service(path = "/exclusive", idle_timeout = 0.5)]
impl Exclusive {
    #[remote]
    async fn on_open(&mut self, caller: &Caller) -> Option<String> {
        caller.is_open().then(|| "welcome".to_owned())
    }

    #[remote]
    async fn on_text_message<'a>(&'a mut self, text: &'a str) -> Result<&'a str, std::fmt::Error> {
        self.seen += 1;
        Ok(text)
    }

    #[remote]
    fn on_binary_message(&mut self, _: &Caller, data: Bytes) -> Bytes {
        data
    }

    #[remote]
    async fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    fn on_pong(&mut self, _caller: &Caller, _data: Vec<u8>) {}

    #[remote]
    async fn on_idle_timeout(&mut self) -> CloseFrame {
        CloseFrame::normal()
    }

    #[remote]
    fn on_error(&mut self, _error: &Error) -> websocket::Result<()> {
        Ok(())
    }

    #[remote]
    async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str) {
        self.forget(caller, &format!("{status} {reason}"));
    }

    fn forget(&self, _caller: &Caller, _why: &str) {}
}

#[derive(Default)]
struct Shared;

#[websocket::service(path = "/shared", idle_timeout = 1)]
impl Shared {
    #[remote]
    fn on_open(&self) {}

    #[remote]
    async fn on_message(&self, _caller: &websocket::Caller, _message: Message) {}

    #[remote]
    fn on_ping(&self, _: &[u8]) {}

    #[remote]
    async fn on_pong(&self, _data: &[u8]) {}

    #[remote]
    fn on_idle_timeout(&self, caller: &Caller) -> bool {
        caller.is_secure()
    }

    #[remote]
    async fn on_error(&self, _caller: &Caller, error: &websocket::Error) -> String {
        error.to_string()
    }

    #[remote]
    async fn on_close(&self) -> Result<(), std::io::Error> {
        Ok(())
    }
}

#[derive(Default)]
struct Typed(String);

#[websocket::service(path = "/typed", idle_timeout = 1)]
impl Typed {
    #[remote]
    fn on_open(self: &Self) -> &str {
        &self.0
    }

    #[remote]
    async fn on_message(self: &mut Self, message: Message) -> Message {
        self.0.clear();
        message
    }

    #[remote]
    fn on_idle_timeout<'s>(self: &'s mut Self, _caller: &Caller) -> &'s str {
        &self.0
    }

    #[remote]
    fn on_close<'s>(&'s mut self) {
        self.0.clear();
    }
}

fn main() {
    let _ = Listener::new(0).service::<Exclusive>().service::<Shared>().service::<Typed>();
}
