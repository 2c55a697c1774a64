// The upgrade function runs on any thread, so its future is `Send`.
use std::future;
use std::rc::Rc;

struct Chat;

#[websocket::service(path = "/<room>")]
impl Chat {
    #[upgrade]
    async fn connect(room: String) -> Self {
        let room = Rc::new(room);
        future::ready(()).await;
        drop(room);
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
