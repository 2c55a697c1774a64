// `on_open` takes the caller and nothing else.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self, _caller: &Caller, _name: &str) {}
}

fn main() {}
