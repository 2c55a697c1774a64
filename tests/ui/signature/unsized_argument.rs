// What is taken by value has a size: the compiler says so, and nothing else.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_message(&mut self, _message: str) {}
}

fn main() {
    let _ = websocket::Router::builder().service::<Chat>();
}
