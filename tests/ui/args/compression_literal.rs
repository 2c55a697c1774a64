// `compression` takes a `Compression`, which no literal is.

struct Chat;

#[websocket::service(path = "/chat", compression = false)]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
