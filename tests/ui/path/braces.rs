// A path parameter stands in angle brackets.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/rooms/{room}")]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
