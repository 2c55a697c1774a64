// The error of a callback is ours: that of a library is its source.
use std::io::Error;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_error(&mut self, _error: &Error) {}
}

fn main() {}
