// A callback takes what its event is about.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, caller: &Caller) {
        let _ = caller;
    }
}

fn main() {}
