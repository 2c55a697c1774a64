// The attributes of a service are read before the configuration is known.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[cfg_attr(unix, query)] _page: u8) -> Self {
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
