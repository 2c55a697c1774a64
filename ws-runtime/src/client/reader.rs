//! What a client reads.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::{Sleep, sleep, timeout};
use ws_core::close::CloseCode;

use crate::client::handle::Handle;
use crate::client::queue::Inbox;
use crate::error::{Error, Result};
use crate::message::Message;
use crate::service::{Data, Payload as _};

/// The reading half of a [`Client`](crate::Client), from [`Client::split`](crate::Client::split).
///
/// It can be shared: of several tasks that read at once, each message goes to one, in the order in which they asked.
///
/// When it is dropped, messages that come in are thrown away, while the other half goes on writing.
pub struct ClientReader {
    inbox: Mutex<Inbox>,
    handle: Arc<Handle>,
    /// `None` waits for ever.
    timeout: Option<Duration>,
    /// Runs while the stream is waited for.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl ClientReader {
    pub(crate) fn new(inbox: Inbox, handle: Arc<Handle>, timeout: Option<Duration>) -> Self {
        Self { inbox: Mutex::new(inbox), handle, timeout, deadline: None }
    }

    /// Waits for the next message: see [`Client::read`](crate::Client::read).
    ///
    /// # Errors
    /// As there.
    pub async fn read(&self) -> Result<Option<Message>> {
        let reading = async { self.inbox.lock().await.next().await };
        let message = match self.timeout {
            Some(duration) => timeout(duration, reading).await.map_err(|_| Error::ReadTimeout)?,
            None => reading.await,
        };
        match message {
            Some(message) => Ok(Some(message)),
            None => self.handle.take_error().map_or(Ok(None), Err),
        }
    }

    /// Waits for the next message, a text message: see [`Client::read_text`](crate::Client::read_text).
    ///
    /// # Errors
    /// As there.
    pub async fn read_text(&self) -> Result<Option<String>> {
        match self.read().await? {
            Some(Message::Text(text)) => Ok(Some(text)),
            Some(message @ Message::Binary(_)) => Err(Error::UnexpectedKind { message }),
            None => Ok(None),
        }
    }

    /// Waits for the next message, a binary message: see [`Client::read_binary`](crate::Client::read_binary).
    ///
    /// # Errors
    /// As there.
    pub async fn read_binary(&self) -> Result<Option<bytes::Bytes>> {
        match self.read().await? {
            Some(Message::Binary(data)) => Ok(Some(data)),
            Some(message @ Message::Text(_)) => Err(Error::UnexpectedKind { message }),
            None => Ok(None),
        }
    }

    /// Waits for the next message, which is JSON: see [`Client::read_message`](crate::Client::read_message).
    ///
    /// # Errors
    /// As there.
    pub async fn read_message<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        let message = self.read().await?;
        let bound = message.as_ref().map(|message| T::from_json(Data::from(message)));
        Ok(bound.transpose()?)
    }

    /// Returns how the server closed: see [`Client::close_status`](crate::Client::close_status).
    #[must_use]
    pub fn close_status(&self) -> Option<(CloseCode, &str)> {
        self.handle.status()
    }

    /// Returns whether the other half is of the same client.
    #[must_use]
    pub fn is_half_of(&self, writer: &crate::client::ClientWriter) -> bool {
        Arc::ptr_eq(&self.handle, writer.handle())
    }

    /// Is ready when the wait for a message has been long enough.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(timeout) = self.timeout else { return Poll::Pending };
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(timeout)));
        deadline.as_mut().poll(cx)
    }
}

impl fmt::Debug for ClientReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientReader").field("caller", &self.handle.caller()).finish_non_exhaustive()
    }
}

/// The messages, then the error if there is one, then the end. [`Error::ReadTimeout`] is an item, too, and not the last one.
impl Stream for ClientReader {
    type Item = Result<Message>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let item = match this.inbox.get_mut().poll_next(cx) {
            Poll::Ready(Some(message)) => Some(Ok(message)),
            Poll::Ready(None) => this.handle.take_error().map(Err),
            Poll::Pending => {
                ready!(this.poll_late(cx));
                Some(Err(Error::ReadTimeout))
            }
        };
        this.deadline = None;
        Poll::Ready(item)
    }
}
