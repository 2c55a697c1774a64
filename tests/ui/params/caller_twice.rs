// There is one caller.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self, _one: &Caller, _other: &Caller) {}
}

fn main() {}
