// A service owns what it holds.
use websocket::Listener;

#[derive(Default)]
struct Chat<'a> {
    name: &'a str,
}

#[websocket::service(path = "/")]
impl<'a> Chat<'a> {
    #[remote]
    async fn on_open(&mut self) -> String {
        self.name.to_owned()
    }
}

fn main() {
    let _ = Listener::new(0).service::<Chat<'static>>();
}
