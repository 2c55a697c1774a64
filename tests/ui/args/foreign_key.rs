// A key of the attribute does not exist.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", timeout = 30)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
