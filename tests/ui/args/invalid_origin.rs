// An origin ends with its host or port.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", origins = ["https://example.com/chat"])]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
