// A client is sent no requests.
struct Ticker;

#[websocket::client]
impl Ticker {
    #[upgrade]
    fn connect(pair: String) -> Self {
        drop(pair);
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {
    let _ = Ticker::connect("BTC/EUR".to_owned());
}
