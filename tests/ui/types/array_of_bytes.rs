// The bytes of a message are as many as they are.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_binary_message(&mut self, _data: [u8; 4]) {}
}

fn main() {}
