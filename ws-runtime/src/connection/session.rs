//! One callback at a time: runs it, serves the connection while it waits, and applies the error rules to its outcome.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use ws_core::close::{CloseCode, CloseFrame};
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::shared::{Admission, Phase};
use crate::caller::turn;
use crate::connection::End;
use crate::connection::input::{Input, Remainder};
use crate::connection::read_ahead::ReadAhead;
use crate::connection::upkeep::Upkeep;
use crate::error::Error;
use crate::labels::ErrorKind;
use crate::log;
use crate::metrics::Timer;
use crate::service::{Event, Failed, Failure, Feed, Handled, Outcome, Service, Source, StreamId};
use crate::traffic;

/// Everything of a connection but its input.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) caller: Caller,
    pub(crate) upkeep: Upkeep,
}

/// What an event was, once its data are gone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    IdleTimeout,
    Message(Source),
    Other,
}

impl Session {
    /// Runs one callback to its end, outside of the message loop.
    pub(crate) fn call<'s, S: Service>(
        &'s mut self,
        service: &'s mut S,
        event: Event<'s>,
        remainder: &'s mut Remainder<'_>,
    ) -> impl Future<Output = Result<Outcome, End>> + Send {
        let Self { caller, upkeep, .. } = self;
        let caller = &*caller;
        let timer = Timer::start(event.callback());
        async move {
            let mut callback = pin!(service.call(caller, event));
            let mut has_waited = false;
            let outcome = poll_fn(|cx| {
                let poll = || poll_callback(callback.as_mut(), &mut has_waited, caller, upkeep, remainder, cx);
                catch(|| turn::run(poll))
            })
            .await?;
            take_time(caller, timer, &outcome);
            Ok(outcome)
        }
    }

    /// Does what is left to do after a callback that has failed, or that is not there. An error ends the message loop.
    pub(crate) async fn settle<S: Service>(
        &mut self,
        service: &mut S,
        kind: Kind,
        outcome: Outcome,
        remainder: &mut Remainder<'_>,
    ) -> Result<(), End> {
        match outcome {
            Ok(Handled::Done) => Ok(()),
            Ok(Handled::Streaming(feed)) => match self.start_stream(feed).await {
                Ok(()) => Ok(()),
                Err(failure) => self.fail(service, Kind::Other, failure, remainder).await,
            },
            Ok(Handled::Unhandled) => {
                self.unhandled(kind);
                Ok(())
            }
            Err(failure) => self.fail(service, kind, failure, remainder).await,
        }
    }

    /// Applies the error rules to the streams that have failed.
    pub(crate) async fn settle_streams<S: Service>(&mut self, service: &mut S, input: &mut Input) -> Result<(), End> {
        let mut remainder = input.remainder();
        while let Some(failure) = self.upkeep.streams.take_failure() {
            self.fail(service, Kind::Other, failure, &mut remainder).await?;
        }
        Ok(())
    }

    async fn start_stream(&mut self, feed: Feed) -> Result<(), Failure> {
        let shared = Arc::clone(self.caller.shared());
        let limit = shared.terms().bounds.max_streams;
        if self.upkeep.streams.is_empty() {
            // A stream fills whatever it finds, and other messages are to pass it.
            shared.with_outbox(|outbox| outbox.limit_unsent());
        }
        if self.upkeep.streams.len() >= limit {
            // Those of the same read have not had their turn yet: they may be short.
            let Self { caller, upkeep } = self;
            let mut turns = 0;
            poll_fn(|cx| upkeep.poll_streams(caller, limit, &mut turns, cx)).await;
            shared.cork();
        }
        self.upkeep.streams.start(feed, limit).map_err(Failure::from)
    }

    /// Returns why no more messages are handled, if the connection is not open any more.
    #[inline]
    pub(crate) fn check_open(&self) -> Result<(), End> {
        let shared = self.caller.shared();
        if shared.is_open() {
            return Ok(());
        }
        match shared.phase() {
            Phase::Open => Ok(()),
            Phase::Aborted => Err(End::Aborted),
            Phase::Closing | Phase::Ended | Phase::TimedOut => Err(End::Requested),
        }
    }

    /// Answers a ping, unless it was answered ahead of its turn.
    pub(crate) fn answer_ping(&self, data: &[u8], ahead: Option<&mut ReadAhead>) {
        if !ahead.is_some_and(ReadAhead::take_answered) {
            // Fails only when the connection is closing; a pong is not needed then.
            let _ = self.caller.shared().push_payload(Opcode::Pong, data, Admission::Always);
        }
    }

    /// Does what happens by itself when the service has no callback for an event.
    fn unhandled(&self, kind: Kind) {
        match kind {
            Kind::IdleTimeout => self.caller.start_close(&CloseFrame::going_away()),
            Kind::Message(source) => {
                log::message_ignored(self.caller.connection_id(), source.as_str());
            }
            Kind::Other => {}
        }
    }

    /// Applies the error rules: the error twin of the callback, else `on_error`, else the connection closes.
    async fn fail<S: Service>(
        &mut self,
        service: &mut S,
        kind: Kind,
        failure: Failure,
        remainder: &mut Remainder<'_>,
    ) -> Result<(), End> {
        let Failed { error, is_rejected, is_answer, stream_id } = failure.into_failed();
        self.count(&error);
        if is_answer {
            self.give_up::<S>(&error);
            return Ok(());
        }
        let stream_id = StreamId::from_json(stream_id.as_deref());
        let mut outcome = Ok(Handled::Unhandled);
        if let (true, Kind::Message(source)) = (is_rejected, kind) {
            if traffic::is_on() {
                self.caller.shared().tap().rejected(&error);
            }
            outcome = self.call(service, Event::Rejected(source, &error, stream_id), remainder).await?;
        }
        if matches!(outcome, Ok(Handled::Unhandled)) {
            outcome = self.call(service, Event::Error(&error, stream_id), remainder).await?;
        }
        if let Ok(Handled::Streaming(feed)) = outcome {
            outcome = self.start_stream(feed.answering()).await.map(|()| Handled::Done);
        }
        match outcome {
            Ok(Handled::Done | Handled::Streaming(_)) => {}
            Ok(Handled::Unhandled) => {
                log::error_unhandled(self.caller.connection_id(), S::DESCRIPTOR.name, &error);
                self.caller.start_close(&close_frame(&error));
            }
            Err(failure) => {
                let error = failure.into();
                self.count(&error);
                self.give_up::<S>(&error);
            }
        }
        Ok(())
    }

    /// Counts an error, whoever handles it.
    pub(crate) fn count(&self, error: &Error) {
        self.caller.shared().terms().metrics.failed(ErrorKind::of(error));
    }

    /// Closes the connection because what answers errors has failed itself.
    fn give_up<S: Service>(&self, error: &Error) {
        log::callback_failed(self.caller.connection_id(), S::DESCRIPTOR.name, "error callback", error);
        self.caller.start_close(&CloseFrame::internal_error(""));
    }
}

impl From<Event<'_>> for Kind {
    #[inline]
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Text(_) => Self::Message(Source::Text),
            Event::Binary(_) => Self::Message(Source::Binary),
            Event::Dispatched(index, ..) => Self::Message(Source::Dispatched(index)),
            Event::IdleTimeout => Self::IdleTimeout,
            Event::Open
            | Event::Ping(_)
            | Event::Pong(_)
            | Event::Close(..)
            | Event::Rejected(..)
            | Event::Error(..) => Self::Other,
        }
    }
}

/// Polls a callback, and serves the connection while it waits.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a fifth of what a message costs, and called in two places")]
pub(crate) fn poll_callback(
    callback: Pin<&mut impl Future<Output = Outcome>>,
    has_waited: &mut bool,
    caller: &Caller,
    upkeep: &mut Upkeep,
    remainder: &mut Remainder<'_>,
    cx: &mut Context<'_>,
) -> Poll<Result<Outcome, End>> {
    if *has_waited {
        // What the callback writes before it waits again leaves in one write.
        caller.shared().cork();
    }
    if let Poll::Ready(outcome) = callback.poll(cx) {
        return Poll::Ready(Ok(outcome));
    }
    let is_first = !std::mem::replace(has_waited, true);
    upkeep.poll(caller, remainder, is_first, cx).map(Err)
}

/// Takes the time of a callback that has run; not of one that is not there.
#[inline]
pub(crate) fn take_time(caller: &Caller, timer: Timer, outcome: &Outcome) {
    if !matches!(outcome, Ok(Handled::Unhandled)) {
        caller.shared().terms().metrics.called(timer);
    }
}

/// Contains a panic of a callback.
pub(crate) fn catch<T>(poll: impl FnOnce() -> Poll<Result<T, End>>) -> Poll<Result<T, End>> {
    catch_unwind(AssertUnwindSafe(poll)).unwrap_or(Poll::Ready(Err(End::Panicked)))
}

/// Tells the peer about an error that no callback handled, without a detail that is none of its business.
fn close_frame(error: &Error) -> CloseFrame {
    match error.close_code() {
        CloseCode::UNSUPPORTED_DATA => CloseFrame::unsupported_data(error.to_string()),
        CloseCode::POLICY_VIOLATION => CloseFrame::policy_violation(error.to_string()),
        CloseCode::INVALID_PAYLOAD => CloseFrame::invalid_payload(error.to_string()),
        _ => CloseFrame::internal_error(""),
    }
}
