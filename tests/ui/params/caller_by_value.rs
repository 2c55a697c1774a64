// The caller is borrowed.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self, caller: Caller) {
        drop(caller);
    }
}

fn main() {}
