// The `remote` attribute stands on methods.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    const LIMIT: usize = 16;

    #[remote]
    async fn on_open(&mut self) -> String {
        "x".repeat(Self::LIMIT)
    }
}

fn main() {}
