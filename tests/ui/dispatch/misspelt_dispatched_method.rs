// A method that is dispatched by its name is not a misspelt callback.
use websocket::Message;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Chat {
    #[remote]
    async fn on_mesage(&mut self, _message: Message) {}
}

fn main() {}
