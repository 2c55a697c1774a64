// An error callback has the name of its method.
use websocket::{Error, Message};

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_message(&mut self, _message: Message) {}

    #[remote]
    async fn on_message_eror(&mut self, _error: &Error) {}
}

fn main() {}
