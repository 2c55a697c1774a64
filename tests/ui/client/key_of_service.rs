// The address and the limits of a client are settings of its builder.
struct Ticker;

#[websocket::client(path = "/ticks", dispatcher_key = "event", max_message_size = 4096, state = Hub)]
impl Ticker {
    #[remote]
    async fn on_tick(&mut self) {}
}

fn main() {}
