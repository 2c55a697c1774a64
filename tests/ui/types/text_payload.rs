// `on_text_message` takes a text type.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message<'a>(&mut self, _text: &'a [u8]) {}
}

fn main() {}
