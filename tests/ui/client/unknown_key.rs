// A client has fewer keys than a service.
struct Ticker;

#[websocket::client(timeout = 30)]
impl Ticker {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
