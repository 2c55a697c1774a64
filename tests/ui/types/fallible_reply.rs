// The value of a `Result` can be sent.
#[derive(Default)]
struct Chat;

struct Socket;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_message(&mut self, _message: &str) -> Result<Option<Socket>, std::io::Error> {
        Ok(Some(Socket))
    }
}

fn main() {}
