// A `Result` is unpacked once: what is inside is not sent as JSON.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) -> Option<Result<String, String>> {
        Some(Ok(String::new()))
    }
}

fn main() {}
