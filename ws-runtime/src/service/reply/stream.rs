//! A streamed reply, from the callback that returned it to its connection.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::task::coop::unconstrained;

use crate::service::reply::Target;
use crate::service::{Failure, Outcome};

/// A streamed reply: sends the elements as they come and as there is room for them, until the stream ends, an element fails, or the
/// connection closes.
pub struct Feed(Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>);

/// After so many elements in a row, everything else of the connection has its turn.
const ELEMENTS: u32 = 32;

impl Feed {
    pub(super) fn new<S>(
        target: Target<'_>,
        stream: S,
        each: impl Fn(S::Item, Target<'_>) -> Outcome + Send + 'static,
    ) -> Self
    where
        S: Stream + Send + 'static,
    {
        let caller = target.caller.clone();
        let stream_id = target.stream_id.map(|(name, id)| (name, Box::<str>::from(id)));
        let feeding = async move {
            let mut stream = pin!(stream);
            let mut in_a_row = 0;
            loop {
                caller.shared().drained().await;
                if !caller.is_open() {
                    return Ok(());
                }
                let Some(element) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await else { return Ok(()) };
                let stream_id = stream_id.as_ref().map(|(name, id)| (*name, &**id));
                each(element, Target { caller: &caller, stream_id })?;
                in_a_row += 1;
                if in_a_row == ELEMENTS {
                    in_a_row = 0;
                    give_way().await;
                }
            }
        };
        // It gives way by itself. With tokio's budget, a stream that is always ready would leave none for the socket.
        Self(Box::pin(unconstrained(feeding)))
    }
}

impl Feed {
    /// Makes the stream one that answers an error: its own failure is the last.
    pub(crate) fn answering(self) -> Self {
        Self(Box::pin(async { self.0.await.map_err(Failure::answering) }))
    }
}

impl Future for Feed {
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

/// Is ready when it is polled again.
async fn give_way() {
    let mut has_given_way = false;
    poll_fn(|cx| {
        if has_given_way {
            return Poll::Ready(());
        }
        has_given_way = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
