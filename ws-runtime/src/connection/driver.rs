//! The life of a connection:
//!
//! ```text
//!   on_open ──▶ [messages: decode and call until the input is used up ──▶ flush, read] ──▶ the ending
//! ```

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use ws_core::close::CloseCode;
use ws_core::opcode::Opcode;
use ws_core::protocol::Incoming;

use crate::caller::Caller;
use crate::caller::outbox::Outbox;
use crate::caller::shared::Shared;
use crate::caller::turn;
use crate::connection::dispatch;
use crate::connection::ending::{self, close_length};
use crate::connection::input::{Input, Remainder};
use crate::connection::read_ahead::ReadAhead;
use crate::connection::session::{Kind, Session, catch, poll_callback, take_time};
use crate::connection::{Connection, End};
use crate::log;
use crate::metrics::{self, Timer};
use crate::service::{Data, Event, Handled, Service};
use crate::traffic::{self, Direction};

/// What the message loop does next.
#[derive(Clone, Copy)]
enum Step {
    /// Tells the service that the connection is open.
    Open,
    /// Handles what has come in.
    Input,
    /// Tells the service that nothing came in or went out for the idle timeout.
    Idle,
    /// Writes the answers and waits for something to do.
    Wait(Progress),
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
#[expect(clippy::manual_async_fn, reason = "an `async fn` would hold its arguments twice, in every connection")]
pub(crate) fn run<'s, S: Service>(
    service: &'s mut Option<S>,
    connection: &'s mut Connection,
) -> impl Future<Output = ()> + Send + 's {
    async move {
        let ending = {
            let end = match service {
                Some(service) => {
                    let Connection { input, session, span, .. } = &mut *connection;
                    span.in_scope(|| log::opened(session.caller.connection_id()));
                    let mut serving = pin!(serve(service, input, session));
                    // A callback that panics is contained here, once for all messages of a read.
                    let Err(end) = span.cover(move |cx| catch(|| turn::run(|| serving.as_mut().poll(cx)))).await;
                    end
                }
                None => return,
            };
            // Boxed: most of a connection's life is in `serve`, and this would only make its task larger.
            Box::pin(ending::finish(service, end, connection))
        };
        ending.await;
    }
}

/// Handles messages until something ends them.
#[expect(clippy::manual_async_fn, reason = "an `async fn` would hold its arguments twice, in every connection")]
fn serve<'s, S: Service>(
    service: &'s mut S,
    input: &'s mut Input,
    session: &'s mut Session,
) -> impl Future<Output = Result<Infallible, End>> + Send + 's {
    async move {
        let mut step = Step::Open;
        loop {
            let (event, mut remainder) = match step {
                Step::Open => (Event::Open, input.remainder()),
                Step::Idle => (Event::IdleTimeout, input.remainder()),
                Step::Wait(progress) => {
                    step = poll_fn(|cx| poll_step(S::must_wait, progress, input, session, cx)).await?;
                    continue;
                }
                Step::Input if session.upkeep.streams.has_failed() => {
                    Box::pin(session.settle_streams(service, input)).await?;
                    session.check_open()?;
                    continue;
                }
                Step::Input if S::must_wait(&session.caller) => {
                    step = Step::Wait(Progress::Stalled);
                    continue;
                }
                Step::Input if input.is_used_up() => {
                    step = Step::Wait(Progress::Done);
                    continue;
                }
                Step::Input => {
                    let Input { reader, protocol, buffer, start, ahead, .. } = &mut *input;
                    let (incoming, undecoded) = protocol.poll_event(&mut buffer[*start..]).map_err(End::Failed)?;
                    let Some(incoming) = incoming else {
                        let left = undecoded.len();
                        *start = buffer.len() - left;
                        if !input.take_read_ahead()? {
                            step = Step::Wait(Progress::Done);
                        }
                        continue;
                    };
                    let Some(event) = event::<S>(incoming, ahead, session)? else {
                        let left = undecoded.len();
                        *start = buffer.len() - left;
                        continue;
                    };
                    (event, Remainder { reader, undecoded, ahead, skip: 0 })
                }
            };
            let (kind, timer) = (Kind::from(event), Timer::start(event.callback()));
            let outcome = {
                let Session { caller, upkeep, .. } = &mut *session;
                let mut callback = pin!(service.call(caller, event));
                let mut has_waited = false;
                poll_fn(|cx| poll_callback(callback.as_mut(), &mut has_waited, caller, upkeep, &mut remainder, cx))
                    .await?
            };
            take_time(&session.caller, timer, &outcome);
            if !matches!(outcome, Ok(Handled::Done)) {
                // Boxed: it is rare, and its future would make every connection's task larger.
                Box::pin(session.settle(service, kind, outcome, &mut remainder)).await?;
            }
            let left = remainder.undecoded.len();
            input.start = input.buffer.len() - left;
            if !session.upkeep.streams.has_failed() {
                session.check_open()?;
            }
            step = Step::Input;
        }
    }
}

/// Makes the event of what has come in; none of a ping that the connection answers by itself. A close frame ends the messages.
#[inline]
fn event<'a, S: Service>(
    incoming: Incoming<'a>,
    ahead: &mut Option<Box<ReadAhead>>,
    session: &mut Session,
) -> Result<Option<Event<'a>>, End> {
    if metrics::IS_ON {
        let (opcode, length) = size(incoming);
        session.caller.shared().terms().metrics.received(opcode, length);
    }
    if traffic::is_on() {
        show(incoming, session.caller.shared());
    }
    if let Incoming::Ping(_) | Incoming::Pong(_) = incoming {
        let limit = session.caller.shared().terms().bounds.max_control_frames;
        session.upkeep.count_control(limit).map_err(End::Failed)?;
    }
    Ok(Some(match incoming {
        Incoming::Text(text) => match dispatch::route(&S::DESCRIPTOR, text) {
            Some((index, id)) => Event::Dispatched(index, Data::Text(text), id),
            None => Event::Text(Data::Text(text)),
        },
        Incoming::Binary(data) => Event::Binary(Data::Binary(data)),
        Incoming::Ping(data) if session.caller.shared().terms().service_answers_pings => {
            Event::Ping(Data::Binary(data))
        }
        Incoming::Ping(data) => {
            session.answer_ping(data, ahead.as_deref_mut());
            return Ok(None);
        }
        Incoming::Pong(data) => Event::Pong(Data::Binary(data)),
        Incoming::Close(code, reason) => return Err(End::Received(code, reason.to_owned())),
    }))
}

/// Returns the kind of what has come in, and the length of its payload.
#[inline]
fn size(incoming: Incoming<'_>) -> (Opcode, usize) {
    match incoming {
        Incoming::Text(text) => (Opcode::Text, text.len()),
        Incoming::Binary(data) => (Opcode::Binary, data.len()),
        Incoming::Ping(data) => (Opcode::Ping, data.len()),
        Incoming::Pong(data) => (Opcode::Pong, data.len()),
        Incoming::Close(code, reason) => (Opcode::Close, close_length(code, reason)),
    }
}

/// Logs what has come in.
#[cold]
fn show(incoming: Incoming<'_>, shared: &Shared) {
    let (opcode, payload) = match incoming {
        Incoming::Text(text) => (Opcode::Text, text.as_bytes()),
        Incoming::Binary(data) => (Opcode::Binary, data),
        Incoming::Ping(data) => (Opcode::Ping, data),
        Incoming::Pong(data) => (Opcode::Pong, data),
        Incoming::Close(code, reason) => {
            let code = Some(code).filter(|code| *code != CloseCode::NO_STATUS);
            return shared.tap().close(Direction::In, code, reason);
        }
    };
    shared.tap().message(Direction::In, opcode, payload);
}

/// Writes the answers, then waits for input, for the idle timeout, or for somebody who closes the connection.
fn poll_step(
    must_wait: fn(&Caller) -> bool,
    progress: Progress,
    input: &mut Input,
    session: &mut Session,
    cx: &mut Context<'_>,
) -> Poll<Result<Step, End>> {
    turn::end();
    session.upkeep.streams.poll(&session.caller, cx);
    let shared = session.caller.shared();
    if !shared.is_at_rest()
        && let Poll::Ready(Err(error)) = shared.uncork(cx, Outbox::poll_flush)
    {
        return Poll::Ready(Err(End::Lost(Some(error))));
    }
    session.upkeep.poll_slow(&session.caller, cx);
    if session.upkeep.streams.has_failed() {
        return Poll::Ready(Ok(Step::Input));
    }
    session.check_open()?;
    let step = ready!(poll_input(must_wait, progress, input, session, cx))?;
    session.caller.shared().cork();
    turn::begin();
    Poll::Ready(Ok(step))
}

fn poll_input(
    must_wait: fn(&Caller) -> bool,
    progress: Progress,
    input: &mut Input,
    session: &mut Session,
    cx: &mut Context<'_>,
) -> Poll<Result<Step, End>> {
    if !must_wait(&session.caller) {
        if let Progress::Stalled = progress {
            return Poll::Ready(Ok(Step::Input));
        }
        if let Poll::Ready(read) = input.poll_read(cx) {
            session.upkeep.record_read();
            return Poll::Ready(read.map(|()| Step::Input));
        }
        if session.upkeep.poll_dead(&session.caller, cx).is_ready() {
            return Poll::Ready(Err(End::Lost(Some(io::ErrorKind::TimedOut.into()))));
        }
    }
    let Session { caller, upkeep, .. } = session;
    match &mut upkeep.idle {
        Some(idle) => idle.poll_idle(cx, || caller.shared().last_write()).map(|()| Ok(Step::Idle)),
        None => Poll::Pending,
    }
}
