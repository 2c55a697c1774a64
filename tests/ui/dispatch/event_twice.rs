// A value has one method.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote(event = "heartbeat")]
    async fn keep_alive(&mut self) {}

    #[remote(event = "heartbeat")]
    async fn beat(&mut self) {}
}

fn main() {}
