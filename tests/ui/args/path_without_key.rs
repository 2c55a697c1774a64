// Every argument has a key.
#[derive(Default)]
struct Chat;

#[websocket::service("/chat")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
