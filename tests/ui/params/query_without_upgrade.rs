// The `query` attribute needs the `upgrade` attribute.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    fn connect(#[query] page: u32) -> Self {
        let _ = page;
        Self
    }

    #[remote]
    async fn on_open(&mut self) {
        *self = Self::connect(1);
    }
}

fn main() {}
