// Arguments are separated by commas.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat" idle_timeout = 30)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
