// What is run is a client.
use websocket::Handler;

struct Ticker;

fn run<H: Handler>(_: H) {}

fn main() {
    run(Ticker);
}
