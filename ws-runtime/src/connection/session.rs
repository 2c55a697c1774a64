//! One callback at a time: runs it, serves the connection while it waits, and applies the error rules to its outcome.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use ws_core::close::{CloseCode, CloseFrame};
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::outbox::Outbox;
use crate::caller::shared::{Admission, Phase};
use crate::caller::turn;
use crate::connection::End;
use crate::connection::input::Remainder;
use crate::connection::upkeep::Upkeep;
use crate::error::Error;
use crate::service::{Descriptor, Event, Failure, Handled, Outcome, Service, Source};

/// Everything of a connection but its input.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) caller: Caller,
    pub(crate) descriptor: &'static Descriptor,
    pub(crate) upkeep: Upkeep,
}

impl Session {
    /// Lets the service handle an event, by the error rules if need be. An error ends the message loop.
    #[expect(clippy::manual_async_fn, reason = "an `async fn` would hold its arguments twice, in every connection")]
    pub(crate) fn handle<'s, S: Service>(
        &'s mut self,
        service: &'s mut S,
        event: Event<'s>,
        mut remainder: Remainder<'s>,
    ) -> impl Future<Output = Result<(), End>> + Send + 's {
        async move {
            match self.call(service, event, &mut remainder).await? {
                Ok(Handled::Done) => {}
                Ok(Handled::Unhandled) => self.unhandled(event, &mut remainder),
                // Boxed: failures are rare, and their future would make every connection's task larger.
                Err(failure) => Box::pin(self.fail(service, event, failure, &mut remainder)).await?,
            }
            match self.caller.shared().phase() {
                Phase::Open => Ok(()),
                Phase::Aborted => Err(End::Aborted),
                Phase::Closing | Phase::Ended | Phase::TimedOut => Err(End::Requested),
            }
        }
    }

    /// Runs one callback to its end.
    pub(crate) fn call<'s, S: Service>(
        &'s mut self,
        service: &'s mut S,
        event: Event<'s>,
        remainder: &'s mut Remainder<'_>,
    ) -> impl Future<Output = Result<Outcome, End>> + Send {
        let Self { caller, upkeep, .. } = self;
        let caller = &*caller;
        async move {
            let mut future = pin!(service.call(caller, event));
            let mut is_first = true;
            let mut search = None;
            poll_fn(|cx| {
                if !std::mem::take(&mut is_first) {
                    // What the callback writes before it waits again leaves in one write.
                    caller.shared().with_outbox(Outbox::cork);
                }
                match catch_unwind(AssertUnwindSafe(|| turn::run(|| future.as_mut().poll(cx)))) {
                    Ok(Poll::Ready(outcome)) => Poll::Ready(Ok(outcome)),
                    Ok(Poll::Pending) => upkeep.poll(caller, remainder, &mut search, cx).map(Err),
                    Err(_) => {
                        tracing::error!(connection = %caller.connection_id(), "a callback panicked");
                        Poll::Ready(Err(End::Panicked))
                    }
                }
            })
            .await
        }
    }

    /// Does what happens by itself when the service has no callback for an event.
    fn unhandled(&self, event: Event<'_>, remainder: &mut Remainder<'_>) {
        let connection = self.caller.connection_id();
        match event {
            Event::Ping(_) if remainder.ahead.as_mut().is_some_and(|ahead| ahead.take_answered()) => {}
            Event::Ping(data) => {
                // Fails only when the connection is closing; a pong is not needed then.
                let _ = self.caller.shared().push_payload(Opcode::Pong, data.as_bytes(), Admission::Always);
            }
            Event::IdleTimeout => self.caller.start_close(&CloseFrame::going_away()),
            Event::Text(_) | Event::Binary(_) | Event::Dispatched(..) => {
                tracing::debug!(%connection, service = self.descriptor.name, "a message was ignored: no callback takes it");
            }
            Event::Open | Event::Pong(_) | Event::Close(..) | Event::Rejected(..) | Event::Error(_) => {}
        }
    }

    /// Applies the error rules: the error twin of the callback, else `on_error`, else the connection closes.
    async fn fail<S: Service>(
        &mut self,
        service: &mut S,
        event: Event<'_>,
        failure: Failure,
        remainder: &mut Remainder<'_>,
    ) -> Result<(), End> {
        let source = match (&failure, event) {
            (Failure::Binding(_), Event::Text(_)) => Some(Source::Text),
            (Failure::Binding(_), Event::Binary(_)) => Some(Source::Binary),
            (Failure::Binding(_), Event::Dispatched(index, _)) => Some(Source::Dispatched(index)),
            _ => None,
        };
        let error = Error::from(failure);
        let mut outcome = Ok(Handled::Unhandled);
        if let Some(source) = source {
            outcome = self.call(service, Event::Rejected(source, &error), remainder).await?;
        }
        if matches!(outcome, Ok(Handled::Unhandled)) {
            outcome = self.call(service, Event::Error(&error), remainder).await?;
        }
        let connection = self.caller.connection_id();
        match outcome {
            Ok(Handled::Done) => {}
            Ok(Handled::Unhandled) => {
                tracing::error!(%connection, service = self.descriptor.name, error = %Report(&error), "no callback handles an error");
                self.caller.start_close(&close_frame(&error));
            }
            Err(failure) => {
                let error = Error::from(failure);
                tracing::error!(%connection, service = self.descriptor.name, error = %Report(&error), "an error callback failed");
                self.caller.start_close(&CloseFrame::internal_error(""));
            }
        }
        Ok(())
    }
}

/// Tells the peer about an error that no callback handled, without a detail that is none of its business.
fn close_frame(error: &Error) -> CloseFrame {
    match error.close_code() {
        CloseCode::UNSUPPORTED_DATA => CloseFrame::unsupported_data(error.to_string()),
        _ => CloseFrame::internal_error(""),
    }
}

/// An error with its causes, for the log.
struct Report<'e>(&'e dyn std::error::Error);

impl std::fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut error = self.0;
        while let Some(source) = error.source() {
            write!(f, ": {source}")?;
            error = source;
        }
        Ok(())
    }
}
