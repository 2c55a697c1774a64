// The reason is a `&str`.
use websocket::CloseCode;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_close(&mut self, _status: CloseCode, _reason: String) {}
}

fn main() {}
