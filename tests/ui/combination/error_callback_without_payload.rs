// Only what receives messages has an error callback.
use websocket::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}

    #[remote]
    async fn on_open_error(&mut self, _error: &Error) {}
}

fn main() {}
