// All mistakes of a service are reported in one build, each once.
use websocket::{Caller, Listener};

struct Chat;
struct Hub;

#[websocket::service(path = "/chat/<username>", idle_timout = 30, max_frame_size = 0)]
impl Chat {
    #[upgrade]
    fn connect(_hub: &Hub) -> Self {
        Self
    }

    #[remote]
    async fn on_mesage(&mut self, _text: &str) {}

    #[remote]
    async fn on_text_message(self, _text: &str, _caller: &Caller) {}

    #[remote(event = "heartbeat")]
    async fn keep_alive(&mut self) {}

    #[remote]
    async fn on_close(&mut self, _caller: &Caller, _status: u16, _reason: &str, _clean: bool) {}

    #[remote]
    const LIMIT: usize = 16;
}

fn main() {
    let _ = Listener::new(0).service::<Chat>();
}
