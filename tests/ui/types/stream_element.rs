// Each element of a stream can be sent.
use websocket::Stream;

#[derive(Default)]
struct Market;

struct Socket;

#[websocket::service(path = "/market")]
impl Market {
    #[remote]
    async fn on_open(&mut self) -> impl Stream<Item = Socket> + use<> {
        futures_util::stream::iter([Socket])
    }
}

fn main() {}
