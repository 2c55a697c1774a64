// A subprotocol is a token.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", subprotocols = ["chat v1"])]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
