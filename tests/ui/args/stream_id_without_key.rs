// Only dispatched requests have replies with a stream id.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", dispatcher_stream_id = "id")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
