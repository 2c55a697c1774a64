// Without a dispatcher key there are only the fixed callbacks.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_subscribe(&mut self, _request: &str) {}
}

fn main() {}
