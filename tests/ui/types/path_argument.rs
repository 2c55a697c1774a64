// A path parameter is parsed from text.
struct Chat;

struct Socket;

#[websocket::service(path = "/<socket>")]
impl Chat {
    #[upgrade]
    fn connect(_socket: Socket) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
