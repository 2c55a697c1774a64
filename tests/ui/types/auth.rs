// Who may connect is said by an `Auth`.
const fn is_member() -> bool {
    true
}

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", auth = is_member())]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
