// A callback has the name that it has here.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_disconnect(&mut self) {}
}

fn main() {}
