// A choice of compression is a `Compression`.
const fn is_compressed() -> bool {
    false
}

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", compression = is_compressed())]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
