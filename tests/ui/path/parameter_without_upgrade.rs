// A path parameter needs an upgrade function to take it.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/chat/<username>")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
