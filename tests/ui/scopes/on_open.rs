// Who may connect is said by rules, not by the first callback.

struct Chat;

#[websocket::service(path = "/chat")]
impl Chat {
    #[upgrade]
    fn accept() -> Self {
        Self
    }

    #[remote(scopes = ["read"])]
    async fn on_open(&mut self) {}
}

fn main() {}
