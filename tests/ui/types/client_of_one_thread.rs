// Any thread may run a connection.
use std::rc::Rc;

struct Ticker {
    last: Rc<str>,
}

#[websocket::client]
impl Ticker {
    #[remote]
    async fn on_open(&mut self) -> String {
        self.last.to_string()
    }
}

fn main() {}
