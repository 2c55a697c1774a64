// A path parameter is an argument of the upgrade function.
struct Chat;

#[websocket::service(path = "/chat/<username>")]
impl Chat {
    #[upgrade]
    fn connect() -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
