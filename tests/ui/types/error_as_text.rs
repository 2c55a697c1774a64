// The error of an error callback is an error.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_message(&mut self, _message: String) {}

    #[remote]
    fn on_message_error(&mut self, _error: String) {}
}

fn main() {}
