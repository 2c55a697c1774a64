// `on_message` takes a payload.
#[derive(Default)]
struct Chat;

struct Socket;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_message(&mut self, _message: Socket) {}
}

fn main() {}
