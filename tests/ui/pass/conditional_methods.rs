// Methods of every kind that the configuration takes away, or chooses between.
#![deny(warnings)]
#![allow(unexpected_cfgs)]

use websocket::{Caller, CloseCode, Error, Listener, Message};

// What the configuration takes away may name what does not exist.
#[derive(Default)]
struct Gone;

#[rustfmt::skip]
#[websocket::service(path = "/gone", dispatcher_key = "event", dispatcher_stream_id = "id", idle_timeout = 1)]
impl Gone {
    #[cfg(any())] #[remote] fn on_open(&self, caller: &websocket::Caller) -> Nowhere { Nowhere }
    #[cfg(any())] #[remote] fn on_text_message(&self, text: Nowhere) {}
    #[cfg(any())] #[remote] fn on_text_message_error(&self, error: &nowhere::Error) {}
    #[cfg(any())] #[remote] async fn on_binary_message(&self, data: Nowhere) -> Nowhere {}
    #[cfg(any())] #[remote] fn on_binary_message_error(&self, error: &nowhere::Error) -> Nowhere {}
    #[cfg(any())] #[remote] fn on_ping(&self, data: Nowhere) -> Nowhere {}
    #[cfg(any())] #[remote] fn on_pong(&self, data: Nowhere) {}
    #[cfg(any())] #[remote] async fn on_idle_timeout(&self) -> Nowhere {}
    #[cfg(any())] #[remote] fn on_error(&self, error: &nowhere::Error) {}
    #[cfg(any())] #[remote] fn on_close(&self, status: Nowhere, reason: &Nowhere) -> Nowhere {}
    #[cfg(any())] #[remote] fn on_join(&self, room: Nowhere) -> Nowhere {}
    #[remote] #[cfg(any())] fn on_join_error(&self, error: &nowhere::Error) {}
    #[remote(event = "part")] #[cfg(any())] fn part(&self, room: Nowhere) {}
    #[cfg(any())] fn ordinary(&self) -> Nowhere {}
    #[cfg(any())] const NOTHING: Nowhere = Nowhere;
}

// What stays is expanded as if there were no condition.
#[derive(Default)]
struct Kept;

#[rustfmt::skip]
#[websocket::service(path = "/kept", dispatcher_key = "event", dispatcher_stream_id = "id", idle_timeout = 1)]
impl Kept {
    #[cfg(all())] #[remote] fn on_open(&self, _: &Caller) -> u8 { 1 }
    #[cfg(not(any()))] #[remote] fn on_text_message(&self, _: &str) {}
    #[cfg(all())] #[remote] fn on_text_message_error(&self, _: &Error) {}
    #[cfg(all())] #[cfg(not(any()))] #[remote] fn on_binary_message(&self, _: &[u8]) {}
    #[remote] #[cfg(all())] fn on_binary_message_error(&self, _: &Error) {}
    #[cfg(all())] #[remote] #[cfg(all())] fn on_ping(&self, data: &[u8]) -> Vec<u8> { data.to_vec() }
    #[cfg(all())] #[remote] fn on_pong(&self, _: &[u8]) {}
    #[cfg(all())] #[remote] async fn on_idle_timeout(&mut self) {}
    #[cfg(all())] #[remote] fn on_error(&self, _: &Error) {}
    #[cfg(all())] #[remote] fn on_close(&self, _: CloseCode, _: &str) {}
    #[cfg(all())] #[remote] fn on_join(&self, _: u8) {}
    #[cfg(all())] #[remote] fn on_join_error(&self, _: &Error) {}
    #[cfg(all())] #[remote(event = "part")] fn part(&self) {}
}

// One of two methods.
#[derive(Default)]
struct Either;

#[rustfmt::skip]
#[websocket::service(path = "/either", dispatcher_key = "event")]
impl Either {
    #[cfg(any())] #[remote] fn on_text_message(&self, text: Nowhere) {}
    #[cfg(not(any()))] #[remote] fn on_message(&self, _message: Message) {}
    #[cfg(any())] #[remote] fn on_join(&self, room: Nowhere) -> Nowhere {}
    #[cfg(not(any()))] #[remote] fn on_join(&self, _room: &str) {}
    #[cfg(any())] #[remote] fn on_close(&self, status: CloseCode) {}
    #[cfg(not(any()))] #[remote] async fn on_close(&self, _reason: &str) {}
    #[cfg(any())] #[remote(event = "part")] fn leave(&self, room: Nowhere) {}
    #[cfg(not(any()))] #[remote(event = "part")] fn part(&self) {}
    #[remote] fn on_leave(&self) {}
}

#[websocket::service(path = "/")]
#[cfg(any())]
impl Nowhere {
    #[remote]
    fn on_open(&self) {}
}

#[cfg(any())]
#[websocket::service(path = "/")]
impl Nowhere {
    #[remote]
    fn on_open(&self) {}
}

fn main() {
    let _ = Listener::new(0).service::<Gone>().service::<Kept>().service::<Either>();
}
