// The state is a type, not its name.
#[derive(Default)]
struct Chat;

struct Hub;

#[websocket::service(path = "/chat", state = "Hub")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
