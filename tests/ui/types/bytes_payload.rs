// `on_binary_message` takes a byte type.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_binary_message(&mut self, _data: String) {}
}

fn main() {}
