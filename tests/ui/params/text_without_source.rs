// A reference is the state: a text is taken as a `String`.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(_token: &str) -> Self {
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
