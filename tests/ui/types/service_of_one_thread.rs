// A connection moves between threads, so its service is `Send`.
use std::future;
use std::rc::Rc;

#[derive(Default)]
struct Chat {
    _log: Rc<str>,
}

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {
        future::ready(()).await;
    }
}

fn main() {}
