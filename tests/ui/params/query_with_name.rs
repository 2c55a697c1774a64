// The `query` attribute has no arguments.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[query("page")] _number: u32) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
