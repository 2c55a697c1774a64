// A dispatched method takes the caller and the payload.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn on_join(&mut self, _caller: &Caller, _room: &str, _password: &str) {}
}

fn main() {}
