// A callback is not `const`.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    const fn on_open(&mut self) {}
}

fn main() {}
