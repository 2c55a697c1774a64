// The runtime crate is a path, not its text.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", crate = "websocket")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
