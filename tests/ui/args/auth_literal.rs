// `auth` takes an `Auth`, which no literal is.

struct Chat;

#[websocket::service(path = "/chat", auth = "basic")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
