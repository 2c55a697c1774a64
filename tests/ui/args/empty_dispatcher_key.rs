// The dispatcher key is the name of a field.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", dispatcher_key = "")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
