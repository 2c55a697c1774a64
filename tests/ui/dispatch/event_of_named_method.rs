// A value has one method, by event or by name.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn on_subscribe(&mut self) {}

    #[remote(event = "subscribe")]
    async fn join(&mut self) {}
}

fn main() {}
