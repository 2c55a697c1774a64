// A service borrows nothing.
struct Chat<T>(T);

#[websocket::service(path = "/")]
impl Chat<&str> {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
