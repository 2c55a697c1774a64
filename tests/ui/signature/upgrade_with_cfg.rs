// The upgrade function exists in every configuration.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[cfg(unix)]
    #[upgrade]
    fn connect() -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
