// A callback runs on any thread, so its future is `Send`.
use std::rc::Rc;

use websocket::Caller;

#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> Result<(), websocket::Error> {
        let length = Rc::new(text.len());
        caller.write_text(text).await?;
        drop(length);
        Ok(())
    }
}

fn main() {}
