// Validation is on or off.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", validation = "off")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
