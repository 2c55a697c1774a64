// The closure time-out is not negative, except that -1 is for ever.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", connection_closure_timeout = -5)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
