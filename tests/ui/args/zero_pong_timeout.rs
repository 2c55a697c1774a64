// A peer has some time to answer a ping.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", ping_interval = 30, pong_timeout = 0)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
