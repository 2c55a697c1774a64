// The upgrade function returns the service.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    async fn connect() -> Option<Self> {
        Some(Self)
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
