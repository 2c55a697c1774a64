// A subprotocol is listed once.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", subprotocols = ["chat.v2", "chat.v1", "chat.v2"])]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
