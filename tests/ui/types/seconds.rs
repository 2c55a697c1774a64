// A timeout is a number of seconds, or a `Duration`.
const TIMEOUT: &str = "30s";

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", idle_timeout = TIMEOUT)]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
