// A callback is not `unsafe`.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    unsafe fn on_open(&mut self) {}
}

fn main() {}
