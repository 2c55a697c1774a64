// A scope is one word.

struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote(scopes = ["read write"])]
    async fn on_text_message(&mut self, _text: &str) {}
}

fn main() {}
