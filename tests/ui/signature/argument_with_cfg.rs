// A callback takes the same arguments in every configuration.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self, #[cfg(unix)] _caller: &Caller) {}
}

fn main() {}
