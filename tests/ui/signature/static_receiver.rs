// A callback borrows the service for the time of the call.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&'static self) {}
}

fn main() {}
