// A path parameter has the name of an argument.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/<user-name>")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
