// A callback borrows the service.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_close(self) {}
}

fn main() {}
