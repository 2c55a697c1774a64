// The caller is the one of this crate.
#[derive(Default)]
struct Chat;

struct Caller;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self, _caller: &Caller) {}
}

fn main() {}
