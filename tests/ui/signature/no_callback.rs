// A service has a callback.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    async fn on_text_message(&mut self, text: &str) -> String {
        text.to_uppercase()
    }
}

fn main() {}
