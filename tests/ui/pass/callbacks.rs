// Every callback, with and without its optional arguments, sync and async.
#![deny(warnings)]

use websocket::{Bytes, Caller, CloseCode, CloseFrame, Error, Listener, Message};

#[derive(Default)]
struct All {
    seen: usize,
}

#[websocket::service(path = "/all", idle_timeout = 0.5)]
impl All {
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
    fn on_text_message_error(&self, caller: &Caller, error: &Error) {
        caller.try_write_text(&error.to_string()).ok();
    }

    #[remote]
    fn on_binary_message(&mut self, _: &Caller, data: Bytes) -> Bytes {
        data
    }

    #[remote]
    fn on_ping(&self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    async fn on_pong(&self, _data: Vec<u8>) {}

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
struct Few;

#[websocket::service(path = "/few")]
impl Few {
    #[remote]
    fn on_message(self: &Self, _message: Message) {}

    #[remote]
    fn on_message_error(&self, _error: &Error) {}

    #[remote]
    fn on_close(&self, _reason: &str) {}
}

fn main() {
    let _ = Listener::new(0).service::<All>().service::<Few>();
}
