// A header is parsed.
struct Version;

struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    fn connect(#[header] _api_version: Vec<Version>) -> Self {
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
