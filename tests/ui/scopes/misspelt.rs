// The key is `scopes`.

struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote(scope = ["write"])]
    async fn on_text_message(&mut self, _text: &str) {}
}

fn main() {}
