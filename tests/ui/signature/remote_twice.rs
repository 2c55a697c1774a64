// The `remote` attribute stands once.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
