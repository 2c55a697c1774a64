// The request is borrowed.
use websocket::UpgradeRequest;

struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(_request: UpgradeRequest) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
