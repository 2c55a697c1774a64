// The name of a header is a token.
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[header] größe: u8) -> Self {
        let _ = größe;
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
