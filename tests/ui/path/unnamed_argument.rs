// An argument without a name was meant for the parameter that nothing matches: one mistake.
struct Chat;

#[websocket::service(path = "/<room>")]
impl Chat {
    #[upgrade]
    fn connect(_: String) -> Self {
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
