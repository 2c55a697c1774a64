// A query parameter is parsed from text.
struct Chat;

struct Socket;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[query] _socket: Option<Socket>) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
