// An argument comes from one place.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[query] #[header] _token: String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
