// One scope twice.

struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote(scopes = ["write", "write"])]
    async fn on_text_message(&mut self, _text: &str) {}
}

fn main() {}
