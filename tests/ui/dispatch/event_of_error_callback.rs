// A value does not mean an error callback.
use websocket::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn on_join(&mut self, _room: &str) {}

    #[remote]
    async fn on_join_error(&mut self, _error: &Error) {}

    #[remote(event = "join_error")]
    async fn failed(&mut self) {}
}

fn main() {}
