// `on_ping` takes the bytes.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_ping(&mut self) {}
}

fn main() {}
