// A control frame has bytes.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_ping(&mut self, _data: String) {}
}

fn main() {}
