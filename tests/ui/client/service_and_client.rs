// A block is one end of a connection.
struct Ticker;

#[websocket::client]
#[websocket::service(path = "/ticks")]
impl Ticker {
    #[remote]
    async fn on_open(&mut self) {}
}

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat")]
#[websocket::client]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
