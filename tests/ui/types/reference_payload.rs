// A text is lent as `&str`: a reference to a `String` is no payload.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, _text: &String) {}
}

fn main() {}
