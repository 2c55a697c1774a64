// `origins` takes a list.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat", origins = "https://example.com")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
