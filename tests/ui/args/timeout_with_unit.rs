// A time-out is a number.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", idle_timeout = "30s")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
