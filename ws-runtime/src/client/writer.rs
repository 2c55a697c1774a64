//! What a client writes.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use futures_util::Sink;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ws_core::close::CloseFrame;
use ws_core::opcode::Opcode;

use crate::caller::outbox::Outgoing;
use crate::caller::{Caller, ConnectionId};
use crate::client::handle::Handle;
use crate::client::requests::{self, Subscription};
use crate::error::{Error, Result};
use crate::future::BoxedFuture;
use crate::message::Message;
use crate::prepared::Prepared;

/// The writing half of a [`Client`](crate::Client), from [`Client::split`](crate::Client::split) or
/// [`Client::writer`](crate::Client::writer).
///
/// Cheap to clone, usable from any task. The connection is closed with 1001 when all of them and the reading half are gone.
pub struct ClientWriter {
    handle: Arc<Handle>,
    /// For the [`Sink`].
    sending: Mutex<Sending>,
}

/// What a sink has been given, and is not done with.
#[derive(Default)]
struct Sending {
    step: Option<BoxedFuture<'static, Result<()>>>,
    is_closed: bool,
}

impl ClientWriter {
    pub(crate) fn new(handle: Arc<Handle>) -> Self {
        Self { handle, sending: Mutex::default() }
    }

    pub(crate) fn handle(&self) -> &Arc<Handle> {
        &self.handle
    }

    /// Writes a text message: see [`Client::write_text`](crate::Client::write_text).
    ///
    /// # Errors
    /// As there.
    pub async fn write_text(&self, text: impl AsRef<str>) -> Result<()> {
        self.push(Opcode::Text, text.as_ref().as_bytes()).await
    }

    /// Writes a binary message: see [`Client::write_binary`](crate::Client::write_binary).
    ///
    /// # Errors
    /// As there.
    pub async fn write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.push(Opcode::Binary, data.as_ref()).await
    }

    /// Writes a value as a text message in JSON: see [`Client::write_message`](crate::Client::write_message).
    ///
    /// # Errors
    /// As there.
    pub async fn write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.push(Opcode::Text, &serde_json::to_vec(value)?).await
    }

    /// Writes a [`Message`]: see [`Client::write`](crate::Client::write).
    ///
    /// # Errors
    /// As there.
    pub async fn write(&self, message: Message) -> Result<()> {
        self.push(message.opcode(), message.as_bytes()).await
    }

    /// Writes a message that was prepared for many receivers: see [`Client::write_prepared`](crate::Client::write_prepared).
    ///
    /// # Errors
    /// As there.
    pub async fn write_prepared(&self, message: &Prepared) -> Result<()> {
        self.handle.write(Outgoing::Prepared(message), None).await
    }

    /// Writes a ping: see [`Client::ping`](crate::Client::ping).
    ///
    /// # Errors
    /// As there.
    pub async fn ping(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.push(Opcode::Ping, data.as_ref()).await
    }

    /// Writes a pong: see [`Client::pong`](crate::Client::pong).
    ///
    /// # Errors
    /// As there.
    pub async fn pong(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.push(Opcode::Pong, data.as_ref()).await
    }

    async fn push(&self, opcode: Opcode, payload: &[u8]) -> Result<()> {
        self.handle.write(Outgoing::Payload(opcode, payload), None).await
    }

    /// Writes a text message, without waiting: see [`Client::try_write_text`](crate::Client::try_write_text).
    ///
    /// # Errors
    /// As there.
    pub fn try_write_text(&self, text: impl AsRef<str>) -> Result<()> {
        self.handle.try_write(Outgoing::Payload(Opcode::Text, text.as_ref().as_bytes()))
    }

    /// Writes a binary message, without waiting: see [`Client::try_write_binary`](crate::Client::try_write_binary).
    ///
    /// # Errors
    /// As there.
    pub fn try_write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.handle.try_write(Outgoing::Payload(Opcode::Binary, data.as_ref()))
    }

    /// Writes a value as a text message in JSON, without waiting: see
    /// [`Client::try_write_message`](crate::Client::try_write_message).
    ///
    /// # Errors
    /// As there.
    pub fn try_write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.handle.try_write(Outgoing::Payload(Opcode::Text, &serde_json::to_vec(value)?))
    }

    /// Writes a [`Message`], without waiting: see [`Client::try_write`](crate::Client::try_write).
    ///
    /// # Errors
    /// As there.
    pub fn try_write(&self, message: &Message) -> Result<()> {
        self.handle.try_write(Outgoing::Payload(message.opcode(), message.as_bytes()))
    }

    /// Writes a message that was prepared for many receivers, without waiting: see
    /// [`Client::try_write_prepared`](crate::Client::try_write_prepared).
    ///
    /// # Errors
    /// As there.
    pub fn try_write_prepared(&self, message: &Prepared) -> Result<()> {
        self.handle.try_write(Outgoing::Prepared(message))
    }

    /// Sends a request and waits for its answer: see [`Client::request`](crate::Client::request).
    ///
    /// # Errors
    /// As there.
    pub async fn request<R: DeserializeOwned>(&self, message: &(impl Serialize + ?Sized)) -> Result<R> {
        requests::request(self.handle.link(), message).await
    }

    /// Sends a request and returns the stream of its answers: see [`Client::subscribe`](crate::Client::subscribe).
    ///
    /// # Errors
    /// As there.
    pub async fn subscribe<T: DeserializeOwned>(&self, message: &(impl Serialize + ?Sized)) -> Result<Subscription<T>> {
        requests::subscribe(self.handle.link(), message).await
    }

    /// Closes the connection: see [`Client::close`](crate::Client::close).
    ///
    /// # Errors
    /// As there.
    pub async fn close(&self, frame: CloseFrame) -> Result<()> {
        self.handle.close(&frame).await
    }

    /// Resolves when the connection has ended: see [`Client::closed`](crate::Client::closed).
    pub async fn closed(&self) {
        self.handle.closed().await;
    }

    /// Returns the handle on the connection of the moment: see [`Client::caller`](crate::Client::caller).
    #[must_use]
    pub fn caller(&self) -> Caller {
        self.handle.caller()
    }

    /// Returns what identifies the connection: see [`Client::connection_id`](crate::Client::connection_id).
    #[must_use]
    pub fn connection_id(&self) -> ConnectionId {
        self.handle.caller().connection_id()
    }

    /// Returns whether the client is connected: see [`Client::is_open`](crate::Client::is_open).
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.handle.caller().is_open()
    }
}

impl Clone for ClientWriter {
    /// What a sink has been given stays where it is.
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.handle))
    }
}

/// What is sent has been written when the sink is ready again; closing the sink closes the connection with 1000.
impl Sink<Message> for ClientWriter {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.get_mut().sending().poll(cx)
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<()> {
        let this = self.get_mut();
        match this.try_write(&message) {
            Err(Error::Full) => {
                let link = Arc::clone(this.handle.link());
                this.sending().step = Some(Box::pin(async move {
                    link.write(Outgoing::Payload(message.opcode(), message.as_bytes()), None).await
                }));
                Ok(())
            }
            written => written,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_ready(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = self.get_mut();
        ready!(this.sending().poll(cx))?;
        if !std::mem::replace(&mut this.sending().is_closed, true) {
            let link = Arc::clone(this.handle.link());
            this.sending().step = Some(Box::pin(async move { link.close(&CloseFrame::normal()).await }));
        }
        this.sending().poll(cx)
    }
}

impl ClientWriter {
    fn sending(&mut self) -> &mut Sending {
        self.sending.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Sending {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(step) = &mut self.step else { return Poll::Ready(Ok(())) };
        let result = ready!(step.as_mut().poll(cx));
        self.step = None;
        Poll::Ready(result)
    }
}

impl fmt::Debug for ClientWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientWriter").field("caller", &self.caller()).finish_non_exhaustive()
    }
}
