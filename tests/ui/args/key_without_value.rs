// Every key has a value.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", idle_timeout)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
