//! The life of a connection:
//!
//! ```text
//!   on_open ──▶ [messages: decode and call until the input is used up ──▶ flush, read] ──▶ on_error? ──▶ on_close ──▶ shut down
//! ```

use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll};

use ws_core::close::CloseCode;
use ws_core::protocol::Incoming;

use crate::caller::outbox::Outbox;
use crate::caller::shared::{Phase, Shared};
use crate::connection::closing::{Closing, LINGER, shut_down};
use crate::connection::dispatch;
use crate::connection::input::{Input, Remainder};
use crate::connection::session::Session;
use crate::connection::{Connection, End};
use crate::error::Error;
use crate::service::{Data, Descriptor, Event, Handled, Service};

/// Why the message loop goes on.
enum Wake {
    /// There is something to decode.
    Input,
    /// Nothing came in or went out for the idle timeout.
    Idle,
}

/// How far the input is handled.
#[derive(Clone, Copy)]
enum Progress {
    /// Everything that can be decoded.
    Done,
    /// Not everything: the outbox is full, and the peer has to read first.
    Stalled,
}

/// Serves a connection to its end. The service is gone when this returns.
pub(crate) async fn run<S: Service>(service: &mut Option<S>, connection: &mut Connection) {
    let Connection { input, session } = connection;
    let Some(instance) = service else { return };
    let end = match serve(instance, input, session).await {
        Ok(never) => match never {},
        Err(end) => end,
    };
    // Boxed: most of a connection's life is in `serve`, and this would only make its task larger.
    Box::pin(finish(service, end, input, session)).await;
}

/// Handles messages until something ends them.
#[expect(clippy::manual_async_fn, reason = "an `async fn` would hold its arguments twice, in every connection")]
fn serve<'s, S: Service>(
    service: &'s mut S,
    input: &'s mut Input,
    session: &'s mut Session,
) -> impl Future<Output = Result<Infallible, End>> + Send + 's {
    async move {
        session.handle(service, Event::Open, input.remainder()).await?;
        loop {
            let progress = handle_input(service, input, session).await?;
            let wake = poll_fn(|cx| poll_wake(progress, input, session, cx)).await?;
            session.caller.shared().with_outbox(Outbox::cork);
            if let Wake::Idle = wake {
                session.handle(service, Event::IdleTimeout, input.remainder()).await?;
            }
        }
    }
}

/// Decodes what has been read and handles it, until nothing is left or the outbox is full.
#[expect(clippy::manual_async_fn, reason = "an `async fn` would hold its arguments twice, in every connection")]
fn handle_input<'s, S: Service>(
    service: &'s mut S,
    input: &'s mut Input,
    session: &'s mut Session,
) -> impl Future<Output = Result<Progress, End>> + Send + 's {
    async move {
        while !session.caller.shared().is_full() {
            let Input { reader, protocol, buffer, start, ahead, .. } = &mut *input;
            let (incoming, undecoded) = protocol.poll_event(&mut buffer[*start..]).map_err(End::Failed)?;
            let left = undecoded.len();
            let Some(incoming) = incoming else {
                *start = buffer.len() - left;
                if input.take_read_ahead()? {
                    continue;
                }
                return Ok(Progress::Done);
            };
            let event = event(incoming, session.descriptor)?;
            let handled = session.handle(service, event, Remainder { reader, undecoded, ahead, skip: 0 }).await;
            *start = buffer.len() - left;
            handled?;
        }
        Ok(Progress::Stalled)
    }
}

/// Makes the event of what has come in. A close frame ends the messages.
fn event<'a>(incoming: Incoming<'a>, descriptor: &Descriptor) -> Result<Event<'a>, End> {
    Ok(match incoming {
        Incoming::Text(text) => match dispatch::route(descriptor, text) {
            Some(index) => Event::Dispatched(index, Data::Text(text)),
            None => Event::Text(Data::Text(text)),
        },
        Incoming::Binary(data) => Event::Binary(Data::Binary(data)),
        Incoming::Ping(data) => Event::Ping(Data::Binary(data)),
        Incoming::Pong(data) => Event::Pong(Data::Binary(data)),
        Incoming::Close(code, reason) => return Err(End::Received(code, reason.to_owned())),
    })
}

/// Writes the answers, then waits for input, for the idle timeout, or for somebody who closes the connection.
fn poll_wake(
    progress: Progress,
    input: &mut Input,
    session: &mut Session,
    cx: &mut Context<'_>,
) -> Poll<Result<Wake, End>> {
    let shared = session.caller.shared();
    let (flushed, last_write) = shared.with_outbox(|outbox| {
        outbox.uncork(cx);
        (outbox.poll_flush(cx), outbox.last_write())
    });
    if let Poll::Ready(Err(error)) = flushed {
        return Poll::Ready(Err(End::Lost(Some(error))));
    }
    match shared.phase() {
        Phase::Open => {}
        Phase::Aborted => return Poll::Ready(Err(End::Aborted)),
        Phase::Closing | Phase::Ended | Phase::TimedOut => return Poll::Ready(Err(End::Requested)),
    }
    if !shared.is_full() {
        if let Progress::Stalled = progress {
            return Poll::Ready(Ok(Wake::Input));
        }
        if let Poll::Ready(read) = input.poll_read(cx) {
            if let Some(idle) = &mut session.upkeep.idle {
                idle.record_read();
            }
            return Poll::Ready(read.map(|()| Wake::Input));
        }
    }
    match &mut session.upkeep.idle {
        Some(idle) => idle.poll_idle(cx, last_write).map(|()| Ok(Wake::Idle)),
        None => Poll::Pending,
    }
}

/// Ends a connection: tells the peer, then the service, then ends the stream.
async fn finish<S: Service>(service: &mut Option<S>, end: End, input: &mut Input, session: &mut Session) {
    let caller = session.caller.clone();
    let shared = caller.shared();
    end.tell_peer(shared);
    // The peer hears of it even if `on_close` takes its time. An error says that the connection is lost; so be it.
    poll_fn(|cx| {
        let _ = shared.with_outbox(|outbox| {
            outbox.uncork(cx);
            outbox.poll_flush(cx)
        });
        Poll::Ready(())
    })
    .await;
    if let End::Lost(Some(error)) = &end {
        tracing::debug!(connection = %caller.connection_id(), %error, "the connection broke");
    }
    let (status, reason) = match &end {
        End::Received(code, reason) => (*code, reason.clone()),
        End::Requested => answer(input, session).await,
        End::Aborted | End::Failed(_) | End::Lost(_) | End::Panicked => (CloseCode::ABNORMAL, String::new()),
    };
    shared.end(Phase::Ended);
    session.upkeep.is_ending = true;
    input.discard();
    let can_talk = !matches!(end, End::Aborted | End::Lost(_));
    if let Some(service) = service {
        let told = match end {
            End::Panicked => None,
            End::Failed(error) => Some(tell(service, Some(Error::Protocol(error)), status, &reason, input, session)),
            End::Aborted | End::Lost(_) | End::Received(..) | End::Requested => {
                Some(tell(service, None, status, &reason, input, session))
            }
        };
        if let Some(told) = told {
            until_aborted(told, shared).await;
        }
    }
    // Before the peer takes its time: what the service holds is free as soon as it has been told.
    drop_contained(service);
    if can_talk {
        shut_down(&mut input.reader, shared, session.upkeep.closure_timeout).await;
    }
}

/// Drops the instance. A panic in its `drop` must not keep the connection from its end.
fn drop_contained<S>(service: &mut Option<S>) {
    if catch_unwind(AssertUnwindSafe(|| drop(service.take()))).is_err() {
        tracing::error!("a service panicked while it was dropped");
    }
}

/// Waits for the peer's answer to our close frame.
async fn answer(input: &mut Input, session: &mut Session) -> (CloseCode, String) {
    let Session { caller, upkeep, .. } = session;
    let closing = upkeep.closing.get_or_insert_with(|| Closing::begin(&input.remainder(), upkeep.closure_timeout));
    // While it waits, a connection needs no buffer.
    input.discard();
    let answer = poll_fn(|cx| closing.poll_answer(&mut input.reader, caller.shared(), cx)).await;
    (answer.status, answer.reason)
}

/// Calls `on_error`, if there is an error to tell, and `on_close`.
async fn tell<S: Service>(
    service: &mut S,
    error: Option<Error>,
    status: CloseCode,
    reason: &str,
    input: &mut Input,
    session: &mut Session,
) {
    let mut remainder = input.remainder();
    if let Some(error) = error
        && !tell_error(service, &error, &mut remainder, session).await
    {
        return;
    }
    if let Ok(Err(failure)) = session.call(service, Event::Close(status, reason), &mut remainder).await {
        tell_error(service, &Error::from(failure), &mut remainder, session).await;
    }
}

/// Calls `on_error`. Returns whether the instance can still be used: it has not panicked.
async fn tell_error<S: Service>(
    service: &mut S,
    error: &Error,
    remainder: &mut Remainder<'_>,
    session: &mut Session,
) -> bool {
    let connection = session.caller.connection_id();
    match session.call(service, Event::Error(error), remainder).await {
        Ok(Ok(Handled::Done)) => true,
        Ok(Ok(Handled::Unhandled)) => {
            tracing::debug!(%connection, %error, "no callback handles an error");
            true
        }
        Ok(Err(failure)) => {
            tracing::error!(%connection, error = %Error::from(failure), "`on_error` failed");
            true
        }
        Err(_) => false,
    }
}

/// Runs the last callbacks. When the server does not wait any longer, they have a moment; then they are dropped.
async fn until_aborted(told: impl Future<Output = ()>, shared: &Shared) {
    let mut told = pin!(told);
    let mut grace = None;
    poll_fn(|cx| match told.as_mut().poll(cx) {
        Poll::Pending if shared.phase() == Phase::Aborted => {
            grace.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER))).as_mut().poll(cx)
        }
        polled => polled,
    })
    .await;
}
