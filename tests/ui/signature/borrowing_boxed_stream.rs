// A streamed reply borrows nothing, in a box neither.
use futures_util::stream::{self, BoxStream, StreamExt as _};

struct Chat {
    names: Vec<String>,
}

#[websocket::service(path = "/", state = Vec<String>)]
impl Chat {
    #[upgrade]
    fn connect(names: &Vec<String>) -> Self {
        Self { names: names.clone() }
    }

    #[remote]
    async fn on_open(&mut self) -> BoxStream<'_, String> {
        stream::iter(self.names.iter().cloned()).boxed()
    }
}

fn main() {}
