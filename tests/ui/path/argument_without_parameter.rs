// An argument of the upgrade function is a path parameter.
struct Chat;

#[websocket::service(path = "/chat/<username>")]
impl Chat {
    #[upgrade]
    fn connect(_username: String, _room: String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
