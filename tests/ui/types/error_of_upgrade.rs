// The error of the upgrade function is one that a client can be refused with.
struct Failure;

struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[upgrade]
    async fn connect() -> Result<Self, Failure> {
        Err(Failure)
    }

    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
