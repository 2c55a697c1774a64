// A list of no scopes lets nobody in.

struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote(scopes = [])]
    async fn on_text_message(&mut self, _text: &str) {}
}

fn main() {}
