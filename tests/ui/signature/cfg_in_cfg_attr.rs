// What decides whether a callback exists is read before `cfg_attr` is.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[cfg_attr(unix, cfg(any()))]
    #[remote]
    async fn on_open(&mut self) {}

    #[remote]
    async fn on_close(&mut self) {}
}

fn main() {}
