// All connections share the state, on all threads, so it is `Sync`.
use std::cell::RefCell;

struct Hub {
    _names: RefCell<Vec<String>>,
}

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", state = Hub)]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
