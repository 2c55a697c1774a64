// The status of `on_close` is a `CloseCode`.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_close(&mut self, _status: u16) {}
}

fn main() {}
