//! The life of a connection:
//!
//! ```text
//!   on_open ──▶ [messages: decode and call until the input is used up ──▶ flush, read] ──▶ the ending
//! ```

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};

use ws_core::protocol::Incoming;

use crate::caller::outbox::Outbox;
use crate::caller::shared::Phase;
use crate::caller::turn;
use crate::connection::dispatch;
use crate::connection::ending;
use crate::connection::input::{Input, Remainder};
use crate::connection::session::Session;
use crate::connection::{Connection, End};
use crate::service::{Data, Event, Service};

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
    Box::pin(ending::finish(service, end, input, session)).await;
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
            let event = event(incoming, session)?;
            let handled = session.handle(service, event, Remainder { reader, undecoded, ahead, skip: 0 }).await;
            *start = buffer.len() - left;
            handled?;
        }
        Ok(Progress::Stalled)
    }
}

/// Makes the event of what has come in. A close frame ends the messages.
fn event<'a>(incoming: Incoming<'a>, session: &mut Session) -> Result<Event<'a>, End> {
    if let Incoming::Ping(_) | Incoming::Pong(_) = incoming {
        let limit = session.caller.shared().terms().bounds.max_control_frames;
        session.upkeep.count_control(limit).map_err(End::Failed)?;
    }
    Ok(match incoming {
        Incoming::Text(text) => match dispatch::route(session.descriptor, text) {
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
    turn::end();
    let shared = session.caller.shared();
    let (flushed, last_write) = shared.with_outbox(|outbox| {
        outbox.uncork(cx);
        (outbox.poll_flush(cx), outbox.last_write())
    });
    if let Poll::Ready(Err(error)) = flushed {
        return Poll::Ready(Err(End::Lost(Some(error))));
    }
    session.upkeep.poll_slow(&session.caller, cx);
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
            session.upkeep.record_read();
            return Poll::Ready(read.map(|()| Wake::Input));
        }
        if session.upkeep.poll_dead(&session.caller, cx).is_ready() {
            return Poll::Ready(Err(End::Lost(Some(io::ErrorKind::TimedOut.into()))));
        }
    }
    match &mut session.upkeep.idle {
        Some(idle) => idle.poll_idle(cx, last_write).map(|()| Ok(Wake::Idle)),
        None => Poll::Pending,
    }
}
