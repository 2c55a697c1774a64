// An event needs a field that names it.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote(event = "heartbeat")]
    async fn keep_alive(&mut self) {}
}

fn main() {}
