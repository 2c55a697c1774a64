// The state has the type that the service declares.
struct Chat;

struct Hub;

#[websocket::service(path = "/", state = Hub)]
impl Chat {
    #[upgrade]
    fn connect(_hub: &String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
