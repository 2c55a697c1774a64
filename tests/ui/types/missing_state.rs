// A service with a state is registered with it.
use websocket::Router;

struct Hub;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", state = Hub)]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {
    let _ = Router::builder().service::<Chat>();
}
