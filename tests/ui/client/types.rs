// The compiler checks the types of callbacks.
struct Ticker;

struct Tick;

#[websocket::client(idle_timeout = "30".to_owned(), dispatcher_key = "event")]
impl Ticker {
    #[remote]
    async fn on_tick(&mut self, _: Tick) {}

    #[remote]
    async fn on_open(&mut self) -> Tick {
        Tick
    }
}

fn main() {}
