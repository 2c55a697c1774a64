// An error is borrowed.
use websocket::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_error(&mut self, _error: Error) {}
}

fn main() {}
