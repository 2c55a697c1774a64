// The name of a callback is misspelt.
use websocket::Message;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_mesage(&mut self, _message: Message) {}
}

fn main() {}
