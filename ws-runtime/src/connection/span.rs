//! The span of a connection.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tracing::field::Empty;
use ws_core::protocol::Role;

use crate::caller::shared::ConnectionInfo;
use crate::log::CONNECTION;
use crate::service::Service;

/// What is told and logged about a connection happens inside of its span. Boxed: a connection that nobody watches has none.
#[derive(Debug)]
pub(crate) struct Span(Option<Box<Watched>>);

#[derive(Debug)]
struct Watched {
    span: tracing::Span,
    since: Instant,
}

impl Span {
    /// The level is that of everything that peers cause: a subscriber keeps some hundred bytes of a span, for every connection.
    pub(crate) fn new<S: Service>(info: &ConnectionInfo) -> Self {
        let ConnectionInfo { id, subprotocol, remote_addr, .. } = info;
        let span = tracing::debug_span!(
            target: CONNECTION,
            parent: None,
            "connection",
            %id,
            path = Empty,
            service = S::DESCRIPTOR.name,
            peer = remote_addr.map(tracing::field::display),
            subprotocol = subprotocol.as_deref(),
        );
        if span.is_disabled() {
            return Self(None);
        }
        // The template: a path can hold what is nobody's business, and a client knows no template.
        if S::ROLE == Role::Server {
            span.record("path", S::DESCRIPTOR.path);
        }
        Self(Some(Box::new(Watched { span, since: Instant::now() })))
    }

    /// Runs something inside of the span.
    #[inline]
    pub(crate) fn in_scope<T>(&self, run: impl FnOnce() -> T) -> T {
        match &self.0 {
            None => run(),
            Some(watched) => watched.span.in_scope(run),
        }
    }

    /// Makes a future whose every poll is inside of the span. It holds `poll` once, and nothing else but a reference.
    pub(crate) fn cover<'s, T>(
        &'s self,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T> + 's,
    ) -> impl Future<Output = T> + 's {
        poll_fn(move |cx| self.in_scope(|| poll(cx)))
    }

    /// Returns for how long the connection has been open, if anybody watches it.
    pub(crate) fn age(&self) -> Option<Duration> {
        self.0.as_ref().map(|watched| watched.since.elapsed())
    }
}
