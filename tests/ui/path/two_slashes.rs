// A path has no empty segment.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/rooms//open")]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
