// There is no caller before the connection is open.
use websocket::Caller;

struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(_caller: &Caller) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
