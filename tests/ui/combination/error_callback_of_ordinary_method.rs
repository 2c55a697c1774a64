// The method of an error callback is a callback.
use websocket::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {
        self.on_message("").await;
    }

    async fn on_message(&mut self, _text: &str) {}

    #[remote]
    async fn on_message_error(&mut self, _error: &Error) {}
}

fn main() {}
