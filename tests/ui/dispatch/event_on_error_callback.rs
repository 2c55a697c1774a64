// An error callback is no dispatched method.
use websocket::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn on_subscribe(&mut self, _request: &str) {}

    #[remote(event = "oops")]
    async fn on_subscribe_error(&mut self, _error: &Error) {}
}

fn main() {}
