// A service has one attribute.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat")]
#[websocket::service(path = "/talk")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
