// An argument needs a place in the request.
struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn connect(_room: String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
