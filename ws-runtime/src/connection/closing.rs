//! The end of a connection: the closing handshake, and the end of the TCP stream.
//!
//! ```text
//!   our close frame ──▶ [Closing: throw away until the peer's close frame] ──▶ shut down ──▶ the peer's end of file ──▶ drop
//!   the peer's close frame, our answer ───────────────────────────────────▶ shut down ──▶ …
//! ```
//!
//! The socket is not dropped right after the last frame: with bytes of the peer still unread, the operating system would
//! reset the connection, and the peer might never see our close frame.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until, timeout};
use ws_core::close::CloseCode;
use ws_core::closing::CloseSeeker;
use ws_core::protocol::Role;

use crate::caller::outbox::Outbox;
use crate::caller::shared::{Phase, Shared};
use crate::connection::input::Remainder;
use crate::connection::timers::deadline;
use crate::transport::Reader;

/// How long the peer may take to end its TCP stream after ours has ended.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// After our close frame: waits for the peer's.
#[derive(Debug)]
pub(crate) struct Closing {
    seeker: CloseSeeker,
    /// `None` waits for ever.
    deadline: Option<Pin<Box<Sleep>>>,
    answer: Option<Answer>,
}

/// How the closing handshake ended.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: CloseCode,
    pub(crate) reason: String,
    /// The phase that the connection ends in.
    phase: Phase,
}

impl Answer {
    /// No answer will come.
    const LOST: Self = Self::none(Phase::Ended);
    const TIMED_OUT: Self = Self::none(Phase::TimedOut);

    const fn none(phase: Phase) -> Self {
        Self { status: CloseCode::ABNORMAL, reason: String::new(), phase }
    }
}

impl Closing {
    /// Begins to wait for what comes behind the rest of the current frame, in the bytes that are read already or still to come.
    pub(crate) fn begin(remainder: &Remainder<'_>, timeout: Option<Duration>) -> Box<Self> {
        let mut seeker = CloseSeeker::new(remainder.skip);
        let mut answer = seek(&mut seeker, remainder.undecoded);
        if let Some(ahead) = remainder.ahead.as_deref() {
            let is_over = ahead.end.is_some();
            answer = answer.or_else(|| seek(&mut seeker, &ahead.bytes)).or_else(|| is_over.then_some(Answer::LOST));
        }
        let deadline = timeout.map(|timeout| Box::pin(sleep_until(deadline(Instant::now(), timeout))));
        Box::new(Self { seeker, deadline, answer })
    }

    /// Waits for the answer, while the outbox drains.
    pub(crate) fn poll_answer(&mut self, reader: &mut Reader, shared: &Shared, cx: &mut Context<'_>) -> Poll<Answer> {
        if self.answer.is_none() {
            self.answer = Some(ready!(self.poll_new_answer(reader, shared, cx)));
        }
        let answer = self.answer.clone().unwrap_or(Answer::LOST);
        shared.end(answer.phase);
        Poll::Ready(answer)
    }

    fn poll_new_answer(&mut self, reader: &mut Reader, shared: &Shared, cx: &mut Context<'_>) -> Poll<Answer> {
        let flushed = shared.uncork(cx, Outbox::poll_flush);
        if let Poll::Ready(Err(_)) = flushed {
            return Poll::Ready(Answer::LOST);
        }
        let mut answer = None;
        let ended = reader.poll_discard(cx, |bytes| {
            answer = seek(&mut self.seeker, bytes);
            answer.is_some()
        });
        if let Some(answer) = answer {
            return Poll::Ready(answer);
        }
        if ended.is_ready() {
            return Poll::Ready(Answer::LOST);
        }
        if shared.phase() == Phase::Aborted {
            return Poll::Ready(Answer::LOST);
        }
        match &mut self.deadline {
            Some(deadline) => deadline.as_mut().poll(cx).map(|()| Answer::TIMED_OUT),
            None => Poll::Pending,
        }
    }
}

fn seek(seeker: &mut CloseSeeker, bytes: &[u8]) -> Option<Answer> {
    match seeker.push(bytes) {
        Ok(found) => found.map(|(status, reason)| Answer { status, reason, phase: Phase::Ended }),
        // What the peer sends makes no sense any more: as good as gone.
        Err(_) => Some(Answer::LOST),
    }
}

/// Writes what is queued, ends our direction, and gives the peer the time to end its own. A client gives the server that time first,
/// because the port of the side that ends first stays in use for a while:
/// [RFC 6455 §7.1.1](https://www.rfc-editor.org/rfc/rfc6455#section-7.1.1).
pub(crate) async fn shut_down(role: Role, reader: &mut Reader, shared: &Shared, flush_timeout: Option<Duration>) {
    let flush = poll_fn(|cx| {
        if shared.phase() == Phase::Aborted {
            return Poll::Ready(Ok(()));
        }
        shared.uncork(cx, |outbox, cx| match role {
            Role::Client => outbox.poll_flush(cx),
            Role::Server => outbox.poll_shutdown(cx),
        })
    });
    let flushed = match flush_timeout {
        Some(duration) => timeout(duration.max(LINGER), flush).await.is_ok_and(|flushed| flushed.is_ok()),
        None => flush.await.is_ok(),
    };
    if flushed {
        // Whether the peer is polite or not, the connection is over now.
        let _ = timeout(LINGER, poll_fn(|cx| reader.poll_discard(cx, |_| false))).await;
    }
}
