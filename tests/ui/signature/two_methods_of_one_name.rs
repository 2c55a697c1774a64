// Two methods of one name are one mistake, which the compiler explains.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
