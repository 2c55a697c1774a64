// An error callback belongs to a method.
use websocket::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, _text: &str) {}

    #[remote]
    async fn on_text_mesage_error(&mut self, _error: &Error) {}
}

fn main() {}
