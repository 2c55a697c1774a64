//! The streamed replies of a connection, which run beside its callbacks.
//!
//! They are polled with everything else of the connection, in its task: the ones that were woken, until the outbox is over its
//! low-water mark. So a message or a ping is never behind more than that, and a stream never runs ahead of its reader.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream as _;
use futures_util::stream::FuturesUnordered;

use crate::caller::Caller;
use crate::error::Error;
use crate::service::{Failure, Feed};

/// The streams of one connection. Boxed: most connections have none.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    running: Option<Box<Running>>,
}

#[derive(Debug, Default)]
struct Running {
    feeds: FuturesUnordered<Feed>,
    /// What the error rules are still to be applied to.
    failures: VecDeque<Failure>,
}

impl Streams {
    /// Starts a stream.
    ///
    /// # Errors
    /// There are as many as there may be.
    pub(crate) fn start(&mut self, feed: Feed, limit: usize) -> Result<(), Error> {
        let running = self.running.get_or_insert_default();
        if running.feeds.len() >= limit {
            return Err(Error::TooManyStreams { limit });
        }
        running.feeds.push(feed);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.running.as_ref().map_or(0, |running| running.feeds.len())
    }

    /// Sends what the streams have, as far as there is room for it: into the queue, from which it is still to be written.
    #[inline]
    pub(crate) fn poll(&mut self, caller: &Caller, cx: &mut Context<'_>) {
        if let Some(running) = &mut self.running {
            caller.shared().cork();
            running.poll(cx);
            if running.feeds.is_empty() && running.failures.is_empty() {
                self.running = None;
            }
        }
    }

    /// Returns whether a stream has failed whose error nobody has been told.
    #[inline]
    pub(crate) fn has_failed(&self) -> bool {
        self.running.as_ref().is_some_and(|running| !running.failures.is_empty())
    }

    /// Takes the oldest failure.
    pub(crate) fn take_failure(&mut self) -> Option<Failure> {
        self.running.as_mut()?.failures.pop_front()
    }

    /// Drops all streams.
    pub(crate) fn stop(&mut self) {
        self.running = None;
    }
}

impl Running {
    fn poll(&mut self, cx: &mut Context<'_>) {
        while let Poll::Ready(Some(ended)) = Pin::new(&mut self.feeds).poll_next(cx) {
            self.failures.extend(ended.err());
        }
    }
}
