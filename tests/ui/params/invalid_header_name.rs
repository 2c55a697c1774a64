// The name of a header is a token.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[header("x api key")] _key: String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
