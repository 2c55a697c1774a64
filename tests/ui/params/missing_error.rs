// `on_error` takes the error.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_error(&mut self) {}
}

fn main() {}
