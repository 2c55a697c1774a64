// An async callback that takes `&self` lends the service to any thread, so it is `Sync`.
use std::cell::Cell;
use std::future;

#[derive(Default)]
struct Chat {
    count: Cell<u64>,
}

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&self) {
        self.count.set(self.count.get() + 1);
        future::ready(()).await;
    }
}

fn main() {}
