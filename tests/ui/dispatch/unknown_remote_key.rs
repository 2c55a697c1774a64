// A key of the `remote` attribute is misspelt.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote(evnt = "heartbeat")]
    async fn keep_alive(&mut self) {}
}

fn main() {}
