// A callback returns what is meant, not a future of it.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_open(&mut self) -> impl Future<Output = String> + use<> {
        async { String::new() }
    }
}

fn main() {}
