// A path is written decoded.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/a%20b")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
