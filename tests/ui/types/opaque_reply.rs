// A returned value can be sent, also where its type has no name.
use std::fmt::Display;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) -> impl Display + use<> {
        "Hi"
    }
}

fn main() {}
