// A type that is left out is explained by the compiler, and by nothing else.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_message(&mut self, _message: _) {}
}

fn main() {
    let _ = websocket::Router::builder().service::<Chat>();
}
