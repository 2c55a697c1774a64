// A dispatched method takes a payload.
#[derive(Default)]
struct Chat;

struct Socket;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn on_join(&mut self, _room: Socket) {}
}

fn main() {}
