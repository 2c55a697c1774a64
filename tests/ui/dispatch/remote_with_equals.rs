// The arguments of `remote` are in parentheses.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote = "heartbeat"]
    fn keep_alive(&mut self) {}
}

fn main() {}
