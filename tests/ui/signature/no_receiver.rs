// A callback has a receiver.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(_caller: &Caller) {}
}

fn main() {}
