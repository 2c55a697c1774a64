// A path parameter fills its segment.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/v<version>")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
