// The name of a dispatched method begins with `on_`.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn keep_alive(&mut self) {}
}

fn main() {}
