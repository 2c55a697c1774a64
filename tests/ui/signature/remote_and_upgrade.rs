// A method is a callback or the upgrade function.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    #[remote]
    fn connect() -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
