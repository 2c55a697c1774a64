// An event is a string literal.
const HEARTBEAT: &str = "heartbeat";

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote(event = HEARTBEAT)]
    async fn keep_alive(&mut self) {}
}

fn main() {}
