// The error of a `Result` is an error: it is not sent as JSON.
use serde::Serialize;

#[derive(Default)]
struct Chat;

#[derive(Serialize)]
struct Failure {
    secret: String,
}

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_open(&mut self) -> Result<String, Failure> {
        Err(Failure { secret: String::new() })
    }
}

fn main() {}
