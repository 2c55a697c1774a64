// A time-out is not negative.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", idle_timeout = -1)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
