// The query is no part of the path.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat?room=1")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
