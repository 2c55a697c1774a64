//! What goes on in an HTTP/2 connection, so that it ends when nothing does.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::BoxError;
use crate::router::body::Body;

/// Counts what goes on in a connection.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    count: Arc<watch::Sender<usize>>,
}

/// A request that is being answered, or the WebSocket connection that it has opened; until it is dropped.
#[derive(Debug)]
pub(crate) struct Active(Activity);

/// A body that goes on until its end is sent.
struct ActiveBody {
    body: Body,
    _active: Arc<Active>,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self { count: Arc::new(watch::Sender::new(0)) }
    }

    pub(crate) fn begin(&self) -> Arc<Active> {
        self.count.send_modify(|count| *count += 1);
        Arc::new(Active(self.clone()))
    }

    /// Resolves when nothing has gone on for so long.
    pub(crate) async fn pauses_for(&self, time: Duration) {
        let mut count = self.count.subscribe();
        loop {
            let is_quiet = *count.borrow_and_update() == 0;
            let changed = count.changed();
            if !is_quiet {
                drop(changed.await); // the sender is ours
            } else if timeout(time, changed).await.is_err() {
                return;
            }
        }
    }
}

impl Active {
    /// Makes it go on until the body is sent.
    pub(crate) fn extend_to(self: Arc<Self>, body: Body) -> Body {
        if http_body::Body::is_end_stream(&body) { body } else { Body::new(ActiveBody { body, _active: self }) }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.count.send_modify(|count| *count -= 1);
    }
}

impl http_body::Body for ActiveBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
