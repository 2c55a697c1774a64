// Scopes are an array, also if it is one.

struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote(scopes = "write")]
    async fn on_text_message(&mut self, _text: &str) {}
}

fn main() {}
