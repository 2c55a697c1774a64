// A frame has room for at least one byte.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", max_frame_size = 0)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
