// Some value leads to every dispatched method.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    #[allow(non_snake_case)]
    async fn on_heartBeat(&mut self) {}
}

fn main() {}
