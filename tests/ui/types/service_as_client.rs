// A service is no client.
use websocket::Handler;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn run<H: Handler>(_: H) {}

fn main() {
    run(Chat);
}
