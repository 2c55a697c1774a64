// The state is shared, so it is taken by reference.
#[derive(Clone)]
struct Hub;

struct Chat;

#[websocket::service(path = "/", state = Hub)]
impl Chat {
    #[upgrade]
    fn connect(_hub: Hub) -> Self {
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
