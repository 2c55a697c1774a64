// A type is one service.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

#[websocket::service(path = "/talk")]
impl Chat {
    #[remote]
    fn on_close(&mut self) {}
}

fn main() {}
