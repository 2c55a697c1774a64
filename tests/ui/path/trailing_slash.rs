// A path has no empty segments.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
