// What is found by name has a name.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[query] _: String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
