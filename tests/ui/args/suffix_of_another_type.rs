// A literal says a type that the setting takes.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", max_message_size = 65536u64)]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
