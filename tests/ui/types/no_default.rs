// A service without upgrade function is `Default`.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
