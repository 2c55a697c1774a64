// A stream can be sent to another thread, as its connection can.
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use websocket::Stream;

#[derive(Default)]
struct Market;

struct Ticks(Rc<u8>);

impl Stream for Ticks {
    type Item = u8;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        Poll::Ready(Some(*self.0))
    }
}

#[websocket::service(path = "/market")]
impl Market {
    #[remote]
    fn on_open(&mut self) -> Ticks {
        Ticks(Rc::new(1))
    }
}

fn main() {}
