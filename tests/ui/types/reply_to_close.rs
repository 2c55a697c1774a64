// Nothing can be sent when the connection is over.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_close(&mut self) -> &'static str {
        "bye"
    }
}

fn main() {}
