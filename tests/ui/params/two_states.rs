// There is one state.
struct Chat;
struct Hub;
struct Log;

#[websocket::service(path = "/", state = Hub)]
impl Chat {
    #[upgrade]
    fn connect(_hub: &Hub, _log: &Log) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
