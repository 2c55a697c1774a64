//! The ending of a connection, whatever ended its messages:
//!
//! ```text
//!   tell the peer ──▶ its answer, if we asked for it ──▶ on_error, if there is something to tell ──▶ on_close ──▶ shut down
//! ```

use std::future::poll_fn;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use tokio::time::timeout;
use ws_core::close::CloseCode;
use ws_core::opcode::Opcode;
use ws_core::protocol::Role;

use crate::caller::ConnectionId;
use crate::caller::outbox::Outbox;
use crate::caller::shared::{Phase, Shared};
use crate::caller::turn;
use crate::connection::closing::{Closing, LINGER, shut_down};
use crate::connection::input::{Input, Remainder};
use crate::connection::session::Session;
use crate::connection::span::Span;
use crate::connection::{Connection, End};
use crate::error::Error;
use crate::labels::{ErrorKind, Outcome};
use crate::log;
use crate::service::{Event, Handled, Service, StreamId};
use crate::traffic::{self, Direction};

/// Ends a connection: tells the peer, then the service, then ends the stream.
pub(crate) async fn finish<S: Service>(service: &mut Option<S>, end: End, connection: &mut Connection) {
    let Connection { input, session, span, .. } = connection;
    let mut finishing = pin!(finish_inside(service, end, input, session, span));
    span.cover(|cx| finishing.as_mut().poll(cx)).await;
}

async fn finish_inside<S: Service>(
    service: &mut Option<S>,
    end: End,
    input: &mut Input,
    session: &mut Session,
    span: &Span,
) {
    let caller = session.caller.clone();
    let shared = caller.shared();
    turn::end();
    contain::<S>("stream", caller.connection_id(), || session.upkeep.streams.stop());
    if let (Some(service), Role::Client) = (&mut *service, S::ROLE)
        && matches!(end, End::Failed(_) | End::Received(..))
    {
        settle(service, shared).await;
    }
    end.tell_peer(shared);
    // The peer hears of it even if `on_close` takes its time. An error says that the connection is lost; so be it.
    poll_fn(|cx| {
        let _ = shared.uncork(cx, Outbox::poll_flush);
        Poll::Ready(())
    })
    .await;
    let connection = caller.connection_id();
    let metrics = &shared.terms().metrics;
    match &end {
        End::Failed(error) => {
            metrics.failed(ErrorKind::Protocol);
            log::protocol_broken(connection, *error);
        }
        End::Lost(Some(error)) => {
            metrics.failed(ErrorKind::Connection);
            log::connection_broken(connection, error);
        }
        End::Panicked => {
            metrics.failed(ErrorKind::Panic);
            log::panicked(connection, S::DESCRIPTOR.name, "callback");
        }
        _ => {}
    }
    let (status, reason) = match &end {
        End::Received(code, reason) => (*code, reason.clone()),
        End::Requested => answer(input, session).await,
        End::Aborted | End::Failed(_) | End::Lost(_) | End::Panicked => (CloseCode::ABNORMAL, String::new()),
    };
    shared.end(Phase::Ended);
    let (outcome, code) = outcome(&end, status, shared.phase());
    shared.begin_ending();
    input.discard();
    let can_talk = !matches!(end, End::Aborted | End::Lost(_));
    if let Some(service) = service
        && !matches!(end, End::Panicked)
    {
        let error = error::<S>(end);
        until_aborted(tell(service, error, status, &reason, input, session), shared).await;
    }
    turn::end();
    // Before the peer takes its time: what the service holds is free as soon as it has been told.
    contain::<S>("service", connection, || drop(service.take()));
    metrics.closed(outcome);
    log::closed(connection, outcome, code, span.age(), shared.dropped());
    if can_talk {
        shut_down(S::ROLE, &mut input.reader, shared, shared.terms().closure_timeout).await;
    }
}

/// Gives whoever reads a client's messages the time to answer those that came before the end. A close frame from our side ends it.
async fn settle<S: Service>(service: &mut S, shared: &Shared) {
    shared.peer_leaves();
    let mut settled = pin!(service.settle());
    let settled = poll_fn(|cx| {
        if settled.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        // The answers go out. If they cannot, they are lost; so be it.
        let _ = shared.uncork(cx, Outbox::poll_flush);
        if shared.is_open() { Poll::Pending } else { Poll::Ready(()) }
    });
    match shared.terms().closure_timeout {
        Some(duration) => drop(timeout(duration, settled).await),
        None => settled.await,
    }
}

/// Returns what there is to tell `on_error`. That a client leaves without a word is no error to a server; to a client, it is.
fn error<S: Service>(end: End) -> Option<Error> {
    match (end, S::ROLE) {
        (End::Failed(error), _) => Some(Error::Protocol(error)),
        (End::Lost(error), Role::Client) => {
            Some(Error::Io(error.unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())))
        }
        _ => None,
    }
}

/// Drops something of the user's. A panic in that must not keep the connection from its end.
fn contain<S: Service>(what: &'static str, connection: ConnectionId, drop: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(drop)).is_err() {
        log::panicked(connection, S::DESCRIPTOR.name, what);
    }
}

/// Returns how the connection ended, and the code that tells why: the peer's, or the one that the peer was told.
fn outcome(end: &End, received: CloseCode, phase: Phase) -> (Outcome, CloseCode) {
    match end {
        End::Failed(error) => (Outcome::Protocol, error.close_code()),
        End::Panicked => (Outcome::Panic, CloseCode::INTERNAL_ERROR),
        End::Lost(_) => (Outcome::Lost, received),
        End::Received(..) => (Outcome::PeerClosed, received),
        End::Requested if phase == Phase::TimedOut => (Outcome::CloseTimeout, received),
        End::Requested if phase != Phase::Aborted => (Outcome::Closed, received),
        End::Aborted | End::Requested => (Outcome::Aborted, received),
    }
}

/// Waits for the peer's answer to our close frame.
async fn answer(input: &mut Input, session: &mut Session) -> (CloseCode, String) {
    let Session { caller, upkeep, .. } = session;
    let timeout = caller.shared().terms().closure_timeout;
    let closing = upkeep.closing.get_or_insert_with(|| Closing::begin(&input.remainder(), timeout));
    // While it waits, a connection needs no buffer.
    input.discard();
    let answer = poll_fn(|cx| closing.poll_answer(&mut input.reader, caller.shared(), cx)).await;
    if answer.status != CloseCode::ABNORMAL {
        let length = close_length(answer.status, &answer.reason);
        caller.shared().terms().metrics.received(Opcode::Close, length);
        if traffic::is_on() {
            let code = Some(answer.status).filter(|code| *code != CloseCode::NO_STATUS);
            caller.shared().tap().close(Direction::In, code, &answer.reason);
        }
    }
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
    let connection = session.caller.connection_id();
    let mut remainder = input.remainder();
    if let Some(error) = error {
        match tell_error(service, &error, &mut remainder, session).await {
            // What nobody handles is logged already.
            Told::Handled | Told::Unhandled => {}
            Told::Panicked => return,
        }
    }
    match session.call(service, Event::Close(status, reason), &mut remainder).await {
        Ok(Ok(_)) => {}
        Ok(Err(failure)) => {
            let error = Error::from(failure);
            session.count(&error);
            if let Told::Unhandled = tell_error(service, &error, &mut remainder, session).await {
                log::callback_failed(connection, S::DESCRIPTOR.name, "on_close", &error);
            }
        }
        Err(_) => panicked::<S>(session, "on_close"),
    }
}

/// What came of telling `on_error`.
enum Told {
    Handled,
    /// There is no such callback.
    Unhandled,
    /// The instance must not be used any more.
    Panicked,
}

/// Calls `on_error`.
async fn tell_error<S: Service>(
    service: &mut S,
    error: &Error,
    remainder: &mut Remainder<'_>,
    session: &mut Session,
) -> Told {
    let connection = session.caller.connection_id();
    match session.call(service, Event::Error(error, StreamId::default()), remainder).await {
        // A stream has nobody left to go to.
        Ok(Ok(Handled::Done | Handled::Streaming(_))) => Told::Handled,
        Ok(Ok(Handled::Unhandled)) => Told::Unhandled,
        Ok(Err(failure)) => {
            let error = failure.into();
            session.count(&error);
            log::callback_failed(connection, S::DESCRIPTOR.name, "on_error", &error);
            Told::Handled
        }
        Err(_) => {
            panicked::<S>(session, "on_error");
            Told::Panicked
        }
    }
}

fn panicked<S: Service>(session: &Session, what: &'static str) {
    session.caller.shared().terms().metrics.failed(ErrorKind::Panic);
    log::panicked(session.caller.connection_id(), S::DESCRIPTOR.name, what);
}

/// Returns the length of the payload of a close frame that was received.
pub(crate) fn close_length(code: CloseCode, reason: &str) -> usize {
    if code == CloseCode::NO_STATUS { 0 } else { 2 + reason.len() }
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
