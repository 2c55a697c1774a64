// A control frame has bytes.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_pong(&mut self, _data: &str) {}
}

fn main() {}
