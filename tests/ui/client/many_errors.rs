// The mistakes of a client are those of a service, in its words.
use websocket::Handler;

struct Ticker<'a>(&'a str);

#[websocket::client]
impl Ticker<'_> {
    #[remote]
    async fn on_tick(&mut self) {}

    #[remote(event = "bye")]
    fn leave(&mut self) {}

    #[remote]
    fn on_idle_timeout(&mut self) {}
}

struct Silent;

#[websocket::client]
impl Silent {}

#[websocket::client]
struct Nothing;

struct Noisy;

#[websocket::client]
impl Drop for Noisy {
    fn drop(&mut self) {}
}

fn run<H: Handler>(_: H) {}

fn main() {
    // No further mistakes.
    run(Ticker(""));
    run(Silent);
    drop(Noisy);
}
