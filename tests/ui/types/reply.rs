// A returned value can be sent.
#[derive(Default)]
struct Chat;

struct Socket;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) -> Socket {
        Socket
    }
}

fn main() {}
