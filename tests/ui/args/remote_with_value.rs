// The value of the dispatcher key is given by name.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote("heartbeat")]
    fn keep_alive(&mut self) {}
}

fn main() {}
