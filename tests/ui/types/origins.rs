// Origins are a list of texts, or an `Origins`.
const fn allows_all() -> bool {
    true
}

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", origins = allows_all())]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
