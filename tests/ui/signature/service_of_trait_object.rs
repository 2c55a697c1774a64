// A service is a type of its own.
trait Talk {}

#[websocket::service(path = "/")]
impl dyn Talk {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
