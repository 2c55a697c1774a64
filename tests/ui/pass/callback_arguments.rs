// Every list of arguments that a callback can have.
#![deny(warnings)]

use websocket::{Bytes, Caller, CloseCode, Error, Listener, Message};

macro_rules! services {
    ($($name:ident { $($method:item)* })*) => {
        $(
            #[derive(Default)]
            struct $name;

            #[websocket::service(path = "/", idle_timeout = 1)]
            impl $name {
                $($method)*
            }
        )*

        fn main() {
            let _ = Listener::new(0)$(.service::<$name>())*;
        }
    };
}

services! {
    Nothing {
        #[remote] fn on_open(&self) {}
        #[remote] fn on_idle_timeout(&self) {}
        #[remote] fn on_close(&self) {}
    }

    OnlyCaller {
        #[remote] async fn on_open(&self, caller: &Caller) { let _ = caller; }
        #[remote] async fn on_idle_timeout(&self, _: &websocket::Caller) {}
        #[remote] async fn on_close(&self, _caller: &Caller) {}
    }

    Status {
        #[remote] fn on_close(&self, _status: CloseCode) {}
    }

    Reason {
        #[remote] fn on_close(&self, _reason: &str) {}
    }

    StatusAndReason {
        #[remote] fn on_close(&self, _: CloseCode, _: &str) {}
    }

    CallerAndStatus {
        #[remote] async fn on_close(&mut self, _: &Caller, status: CloseCode) { let _ = status; }
    }

    CallerAndReason {
        #[remote] async fn on_close(&mut self, _: &Caller, reason: &str) { let _ = reason.len(); }
    }

    All {
        #[remote] async fn on_close<'a>(&'a mut self, _: &'a Caller, _: websocket::CloseCode, reason: &'a str) { let _ = reason; }
    }

    WithCaller {
        #[remote] fn on_text_message(&self, _caller: &Caller, _text: String) {}
        #[remote] fn on_text_message_error(&self, _error: &Error) {}
        #[remote] fn on_binary_message(&self, _caller: &Caller, _: Bytes) {}
        #[remote] fn on_binary_message_error(&self, _caller: &Caller, _error: &Error) {}
    }

    WithoutCaller {
        #[remote] async fn on_text_message(&self, _: &str) {}
        #[remote] async fn on_text_message_error(&mut self, _: &Caller, error: &Error) -> String { error.to_string() }
        #[remote] async fn on_binary_message(&mut self, _: &[u8]) {}
        #[remote] async fn on_binary_message_error(&self, _: &websocket::Error) -> Option<Vec<u8>> { None }
    }

    Messages {
        #[remote] fn on_message(&self, Pair(_a, mut b): Pair) { b += 1; let _ = b; }
        #[remote] fn on_message_error(&self, _: &Error) {}
    }

    ControlFrames {
        #[remote] fn on_ping(&self, caller: &Caller, mut data: Vec<u8>) -> Vec<u8> { let _ = caller; data.pop(); data }
        #[remote] async fn on_pong(&self, caller: &Caller, data: Bytes) { let _ = (caller, data); }
    }

    Errors {
        #[remote] fn on_message(&self, _: Message) {}
        #[remote] fn on_error(&self, _: &Caller, _: &Error) {}
    }
}

#[derive(serde::Deserialize)]
struct Pair(u8, u8);
