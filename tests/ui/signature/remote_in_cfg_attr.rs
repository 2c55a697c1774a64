// The `remote` attribute does not depend on the configuration.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}

    #[cfg_attr(unix, remote)]
    async fn on_close(&mut self) {}
}

fn main() {}
