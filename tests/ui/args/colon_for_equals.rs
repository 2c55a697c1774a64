// An `=` stands between a key and its value.
#[derive(Default)]
struct Chat;

#[websocket::service(path: "/chat")]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
