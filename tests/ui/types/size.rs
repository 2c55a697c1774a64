// A size is a number of bytes, as a `usize`.
const LIMIT: u64 = 1 << 20;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", max_message_size = LIMIT)]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
