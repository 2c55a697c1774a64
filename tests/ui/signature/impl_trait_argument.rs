// A callback names the types of its arguments.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, text: impl Into<String>) {
        drop(text);
    }
}

fn main() {}
