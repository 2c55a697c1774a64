//! The answers to one request, as they come.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

use crate::client::queue::Inbox;
use crate::client::requests::ask::Registration;
use crate::client::requests::bind;
use crate::error::{RequestError, Result};

/// The answers to one request, as they come: what [`Client::subscribe`](crate::Client::subscribe) returns.
///
/// It ends with [`RequestError::Lost`] when the connection is lost, or closed, for a client that connects again too: the new
/// connection knows nothing of what was asked for on the old one. Only a subscription whose message had not been sent stays.
///
/// Answers that nobody reads hold the server back, as messages that nobody reads do
/// ([`ClientBuilder::max_unread_size`](crate::ClientBuilder::max_unread_size)). Dropping it throws away what comes from then on; the server
/// does not hear of that unless it is told by a message.
#[derive(Debug)]
#[must_use = "answers to a subscription that is dropped are thrown away"]
pub struct Subscription<T> {
    /// Before the inbox: nobody is to wait for room in it that never comes.
    _registration: Registration,
    inbox: Inbox,
    /// Why no more answers come; `None` once it has been told.
    ended: Option<oneshot::Receiver<RequestError>>,
    /// Of each item.
    timeout: Option<Duration>,
    /// Runs while an item is waited for.
    deadline: Option<Pin<Box<Sleep>>>,
    items: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Subscription<T> {
    pub(super) fn new(registration: Registration, inbox: Inbox, ended: oneshot::Receiver<RequestError>) -> Self {
        Self {
            _registration: registration,
            inbox,
            ended: Some(ended),
            timeout: None,
            deadline: None,
            items: PhantomData,
        }
    }

    /// Limits how long each answer may take, counted from when it is asked for. Default: no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Waits for the next answer. `None` after the error that ended the subscription.
    ///
    /// # Errors
    /// [`Error::Binding`](crate::Error::Binding) for an answer that is of another type, and
    /// [`RequestError::Timeout`] when there was none in time: more may come after either of them. [`RequestError::Lost`] at the end.
    ///
    /// # Cancel safety
    /// A dropped future has taken no answer.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Is ready when the wait for an answer has been long enough.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(timeout) = self.timeout else { return Poll::Pending };
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(timeout)));
        deadline.as_mut().poll(cx)
    }
}

impl<T: DeserializeOwned> Stream for Subscription<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let item = match this.inbox.poll_next(cx) {
            Poll::Ready(Some(message)) => message.as_text().map(bind),
            Poll::Ready(None) => {
                let ended = this.ended.take();
                ended.map(|mut ended| Err(ended.try_recv().unwrap_or(RequestError::Lost).into()))
            }
            Poll::Pending if this.poll_late(cx).is_ready() => Some(Err(RequestError::Timeout.into())),
            Poll::Pending => return Poll::Pending,
        };
        this.deadline = None;
        Poll::Ready(item)
    }
}
