// A callback has no type parameters.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message<T: From<String>>(&mut self, text: T) {
        drop(text);
    }
}

fn main() {}
