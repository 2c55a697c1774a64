// A path begins with a slash.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "chat")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
