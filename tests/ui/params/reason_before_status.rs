// The status of `on_close` is before the reason.
use websocket::CloseCode;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_close(&mut self, reason: &str, status: CloseCode) {
        let _ = (reason, status);
    }
}

fn main() {}
