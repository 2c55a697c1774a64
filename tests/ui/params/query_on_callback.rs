// The `query` attribute describes arguments of the upgrade function.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, #[query] text: &str) {
        let _ = text;
    }
}

fn main() {}
