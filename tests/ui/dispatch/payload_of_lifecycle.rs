// No message reaches `on_open`, so it takes no payload.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn on_open(&mut self, _room: String) {}
}

fn main() {}
