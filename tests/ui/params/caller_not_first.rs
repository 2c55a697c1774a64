// The caller is the first argument.
use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, text: &str, caller: &Caller) {
        caller.try_write_text(text).ok();
    }
}

fn main() {}
