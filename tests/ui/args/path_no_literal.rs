// The path is a string literal.
#[derive(Default)]
struct Chat;

#[websocket::service(path = concat!("/", "chat"))]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
