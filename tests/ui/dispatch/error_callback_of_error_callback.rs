// An error callback receives no messages.
use websocket::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    fn on_join(&mut self) {}

    #[remote]
    fn on_join_error(&mut self, _error: &Error) {}

    #[remote]
    fn on_join_error_error(&mut self, _error: &Error) {}
}

fn main() {}
