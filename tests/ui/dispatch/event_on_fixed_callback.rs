// A fixed callback is no dispatched method.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote(event = "open")]
    async fn on_open(&mut self) {}
}

fn main() {}
