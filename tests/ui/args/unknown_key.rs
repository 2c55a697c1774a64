// A key of the attribute is misspelt.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", idle_timout = 30)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
