// What is lent to a callback lives as long as the call.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, _text: &'static str) {}
}

fn main() {}
