// Nothing is idle where there is no idle timeout.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_idle_timeout(&mut self) {}
}

fn main() {}
