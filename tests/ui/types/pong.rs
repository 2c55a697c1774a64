// The pong is bytes.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_ping(&mut self, _data: &[u8]) -> String {
        String::new()
    }
}

fn main() {}
