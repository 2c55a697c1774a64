// Every argument of the upgrade function has a role.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(_: String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
