// Every service has a path.
#[derive(Default)]
struct Chat;

#[websocket::service()]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
