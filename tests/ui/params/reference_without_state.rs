// A reference is the state, so there is one.
struct Chat;
struct Hub;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(_hub: &Hub) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
