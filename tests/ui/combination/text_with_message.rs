// A text message has one callback.
use websocket::Message;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_message(&mut self, _message: Message) {}

    #[remote]
    async fn on_text_message(&mut self, _text: &str) {}
}

fn main() {}
