// `on_close` has at most three arguments.
use websocket::{Caller, CloseCode};

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_close(&mut self, _caller: &Caller, _status: CloseCode, _reason: &str, _clean: bool) {}
}

fn main() {}
