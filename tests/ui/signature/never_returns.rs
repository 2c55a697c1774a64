// A callback ends.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) -> ! {
        loop {}
    }
}

fn main() {}
