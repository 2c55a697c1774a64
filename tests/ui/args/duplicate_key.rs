// A key stands once.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", idle_timeout = 30, path = "/talk")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
