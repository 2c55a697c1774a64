// An origin is listed once.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", origins = ["https://example.com", "https://example.com:443"])]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
