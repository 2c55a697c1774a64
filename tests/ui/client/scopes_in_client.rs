// Nobody knows what a server is allowed to do.
struct Ticker;

#[websocket::client]
impl Ticker {
    #[remote(scopes = ["write"])]
    async fn on_text_message(&mut self, _: &str) {}
}

fn main() {}
