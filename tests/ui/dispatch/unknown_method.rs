// A callback has one of the fixed names.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn heartbeat(&mut self) {}
}

fn main() {}
