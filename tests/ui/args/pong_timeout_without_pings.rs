// Only a peer that is pinged can be late with its pong.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", pong_timeout = 5)]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
