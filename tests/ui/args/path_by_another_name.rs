// The path is called `path`: nothing is missing too.
#[derive(Default)]
struct Chat;

#[websocket::service(route = "/chat")]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
