// A time-out fits into its type.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", idle_timeout = 3_000_000_000)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
