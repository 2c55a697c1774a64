// A pong whose type only the compiler knows is checked too.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_ping(&mut self, data: &[u8]) -> impl AsRef<[u8]> + use<> {
        data.to_vec()
    }
}

fn main() {}
