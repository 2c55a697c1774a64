// An error callback receives no messages.

struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote(scopes = ["write"])]
    async fn on_text_message(&mut self, _text: &str) {}

    #[remote(scopes = ["write"])]
    async fn on_text_message_error(&mut self, _error: &websocket::Error) {}
}

fn main() {}
