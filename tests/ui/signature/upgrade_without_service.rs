// The upgrade function returns the service.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    async fn connect() {}

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
