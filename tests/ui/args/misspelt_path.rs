// A misspelt key is not missing too.
#[derive(Default)]
struct Chat;

#[websocket::service(paht = "/chat")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
