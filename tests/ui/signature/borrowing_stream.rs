// A streamed reply says that it borrows nothing.
use websocket::Stream;

#[derive(Default)]
struct Market;

#[websocket::service(path = "/market")]
impl Market {
    #[remote]
    async fn on_text_message(&mut self, text: String) -> impl Stream<Item = String> {
        futures_util::stream::iter([text])
    }
}

fn main() {}
