// The `upgrade` attribute has no arguments.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade(path = "/")]
    fn connect() -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
