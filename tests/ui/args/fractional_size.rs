// A size is a whole number of bytes.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", max_message_size = 1.5)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
