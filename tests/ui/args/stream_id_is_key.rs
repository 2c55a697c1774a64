// The stream id is another field than the dispatcher key.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", dispatcher_key = "event", dispatcher_stream_id = "event")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
