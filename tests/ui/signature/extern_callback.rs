// A callback is not `extern`.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    extern "C" fn on_open(&mut self) {}
}

fn main() {}
