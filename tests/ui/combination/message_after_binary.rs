// A binary message has one callback.
use websocket::Message;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_binary_message(&mut self, _data: &[u8]) {}

    #[remote]
    async fn on_message(&mut self, _message: Message) {}
}

fn main() {}
