// A client is no service.
use websocket::{Listener, Router};

#[derive(Default)]
struct Ticker;

#[websocket::client]
impl Ticker {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {
    let _ = Listener::new(9090).service::<Ticker>();
    let _ = Router::builder().service_with::<Ticker>(());
}
