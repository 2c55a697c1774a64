// The error of `on_close` is one that can be logged.
struct Failure;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_close(&mut self) -> Result<(), Failure> {
        Err(Failure)
    }
}

fn main() {}
