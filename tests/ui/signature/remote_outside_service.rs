// The `remote` attribute means something in a service alone.
struct Chat;

impl Chat {
    #[websocket::remote]
    fn on_open(&mut self) {}
}

fn main() {
    Chat.on_open();
}
