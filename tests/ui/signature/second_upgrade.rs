// A service has one upgrade function.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect() -> Self {
        Self
    }

    #[upgrade]
    fn reconnect() -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
