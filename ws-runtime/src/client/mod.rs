//! The other end of a connection: connects to a server, reads what it sends, and writes to it.
//!
//! ```text
//!   url, settings ──▶ TCP ──▶ TLS ──▶ HTTP upgrade ──▶ connection ──▶ delivery ──▶ queue ──▶ read
//!     builder, url    connect tls     dial, exchange     its task       │
//!                                                                       ├─ an answer ──▶ requests ──▶ request, subscribe
//!                                                                       └─ the end ──▶ reader, or the supervisor of retry
//! ```
//!
//! A client's connection is driven by the same task as a server's; its service is [`delivery`], which hands each message to whoever
//! reads. While nobody does, the task waits, the peer is held back, and pings are answered all the same.

mod builder;
mod connect;
mod credentials;
mod delivery;
mod dial;
mod dialer;
mod ending;
mod exchange;
mod handle;
mod handling;
mod link;
#[cfg(feature = "proxy")]
mod proxy;
mod queue;
mod reader;
mod requests;
mod retry;
mod start;
#[cfg(feature = "rustls")]
mod tls;
mod url;
mod write;
mod writer;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::Sink;
use http::Response;
use serde::de::DeserializeOwned;
use ws_core::close::{CloseCode, CloseFrame};

use crate::caller::shared::lock;
use crate::caller::{Caller, ConnectionId};
use crate::error::{Error, Result};
use crate::message::Message;
use crate::service::Handler;

pub use builder::ClientBuilder;
pub use credentials::Authorize;
#[cfg(feature = "jwt")]
pub use credentials::JwtIssuer;
#[cfg(feature = "oauth2")]
pub use credentials::OAuth2;
pub use reader::ClientReader;
pub use requests::Subscription;
pub use retry::{ClientEvent, LossCause, RetryConfig};
#[cfg(feature = "rustls")]
pub use tls::ClientTlsConfig;
pub use writer::ClientWriter;

/// A connection to a server; with a [`RetryConfig`], one after the other.
///
/// [`read`](Self::read) takes the messages of the server one by one, and the `write_*` methods send: at once, or as soon as
/// the server has read enough of what was written before. All of them can be used from many tasks at once. A client is also a [`Stream`]
/// and a [`Sink`] of messages, and comes apart into two halves with [`split`](Self::split).
///
/// While nobody reads, messages wait: [`max_unread_size`](ClientBuilder::max_unread_size) of them, or one that is larger. The next one
/// waits, too, and behind it another 64 KiB come in, in which pings are answered and the end of the connection is noticed; then the
/// server is held back.
///
/// A close frame of the server's is answered when the messages before it have been read, and the next one is asked for, so that they can
/// be answered; or when nobody has asked for one for a second, or after
/// [`connection_closure_timeout`](ClientBuilder::connection_closure_timeout).
///
/// A client that is dropped closes its connection with 1001.
///
/// # Examples
/// ```no_run
/// # async fn example() -> websocket::Result<()> {
/// use websocket::{Client, CloseFrame};
///
/// let client = Client::connect("ws://localhost:9090/chat/ann").await?;
/// client.write_text("hello").await?;
/// while let Some(message) = client.read().await? {
///     println!("{message:?}");
///     client.close(CloseFrame::normal()).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a client that is dropped closes its connection"]
pub struct Client {
    reader: ClientReader,
    writer: ClientWriter,
}

impl Client {
    /// Connects to a url such as `ws://host:port/path?query`, or `wss://` for TLS, which needs the feature `tls` or `tls-ring`; with the
    /// defaults of [`ClientBuilder`].
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`].
    ///
    /// # Cancel safety
    /// A dropped future leaves no connection behind.
    pub async fn connect(url: impl Into<String>) -> Result<Self> {
        Self::builder(url).connect().await
    }

    /// Starts with the defaults.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url.into())
    }

    /// Connects to a url with the defaults of [`ClientBuilder`], lets a handler take what comes in, and resolves when the connection has
    /// ended: see [`ClientBuilder::run`].
    ///
    /// # Errors
    /// As there.
    pub async fn run<H: Handler>(url: impl Into<String>, handler: H) -> Result<(CloseCode, String)> {
        Self::builder(url).run(handler).await
    }

    /// Waits for the next message.
    ///
    /// `None` is the end of the connection after a closing handshake, whoever began it; [`close_status`](Self::close_status) tells
    /// what the server said. After an error comes `None`, too.
    ///
    /// Of several tasks that read at once, each message goes to one, in the order in which they asked; the error at the end is told to
    /// one of them. A client that connects again goes on with the messages of the next connection.
    ///
    /// # Errors
    /// [`Error::Protocol`] when the server broke the protocol, [`Error::Io`] when the connection ended without a close frame, and
    /// [`Error::Connect`] when a client that connects again could not. All messages that came before are read first. The connection is
    /// gone.
    ///
    /// [`Error::ReadTimeout`] when no message came within [`read_timeout`](ClientBuilder::read_timeout). The connection is as it was.
    ///
    /// # Cancel safety
    /// A dropped future has taken no message.
    pub async fn read(&self) -> Result<Option<Message>> {
        self.reader.read().await
    }

    /// Waits for the next message, a text message. As [`read`](Self::read).
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and [`Error::UnexpectedKind`] with the message when it is a binary one.
    ///
    /// # Cancel safety
    /// A dropped future has taken no message.
    pub async fn read_text(&self) -> Result<Option<String>> {
        self.reader.read_text().await
    }

    /// Waits for the next message, a binary message. As [`read`](Self::read).
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and [`Error::UnexpectedKind`] with the message when it is a text message.
    ///
    /// # Cancel safety
    /// A dropped future has taken no message.
    pub async fn read_binary(&self) -> Result<Option<Bytes>> {
        self.reader.read_binary().await
    }

    /// Waits for the next message, text or binary, and reads it as JSON. As [`read`](Self::read).
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and [`Error::Binding`] with the field and the cause when the message is of another type.
    ///
    /// # Cancel safety
    /// A dropped future has taken no message.
    pub async fn read_message<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.reader.read_message().await
    }

    /// Takes the client apart, for two tasks of which one reads and one writes. The connection is closed with 1001 when both halves are
    /// gone.
    #[must_use = "a client that is dropped closes its connection"]
    pub fn split(self) -> (ClientReader, ClientWriter) {
        (self.reader, self.writer)
    }

    /// Returns the writing half, to be cloned into other tasks.
    #[must_use]
    pub fn writer(&self) -> &ClientWriter {
        &self.writer
    }

    /// Closes the connection: everything written so far, then the close frame, goes out, and nothing after it. Resolves when
    /// the server has answered, or is gone, or `connection_closure_timeout` has passed. Messages that the server sends in the
    /// meantime are thrown away, those that wait to be read are not.
    ///
    /// When the connection is already closing, this waits for the end of that. A client that connects again does not do so any more.
    ///
    /// # Errors
    /// [`Error::CloseTimeout`] when the server did not answer in time; the connection is gone nevertheless. [`Error::Io`] when a client
    /// that connects again has no connection at the moment; [`ClientEvent::GaveUp`] says what was never sent.
    ///
    /// # Cancel safety
    /// The connection closes even if the future is dropped after its first poll.
    pub async fn close(&self, frame: CloseFrame) -> Result<()> {
        self.writer.close(frame).await
    }

    /// Resolves when the connection has ended, whatever ended it, at once when it has ended already; and as soon as the server's
    /// close frame or the end of the stream has come in, while messages that came before are still to be read. For a client that
    /// connects again, it is the last connection that counts.
    pub async fn closed(&self) {
        self.writer.closed().await;
    }

    /// Returns the handle on the connection of the moment, or on the last one. What is written by it is not kept for the next connection
    /// of a client that connects again: for that, clone the [`writer`](Self::writer).
    #[must_use]
    pub fn caller(&self) -> Caller {
        self.writer.caller()
    }

    /// Returns what the server said when it closed, or when it answered our close frame: its code and its reason. The code is
    /// [`CloseCode::NO_STATUS`] when its close frame had none, and [`CloseCode::ABNORMAL`] when there was no close frame.
    ///
    /// `None` until then, that is, until [`read`](Self::read) has returned everything that came before. For a client that connects again,
    /// it is the last connection that counts.
    #[must_use]
    pub fn close_status(&self) -> Option<(CloseCode, &str)> {
        self.reader.close_status()
    }

    /// Returns what identifies the connection, on this side alone; another one after the client has connected again.
    #[must_use]
    pub fn connection_id(&self) -> ConnectionId {
        self.writer.connection_id()
    }

    /// Returns whether the client is connected: no close frame has been sent or received, and the socket is not known to be broken.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.writer.is_open()
    }

    /// Returns the head of the server's response to the handshake, the last one. That of a server that refused is in
    /// [`ConnectError::Refused`](crate::ConnectError::Refused).
    #[must_use]
    pub fn response(&self) -> Arc<Response<()>> {
        self.writer.handle().response()
    }

    /// Returns the subprotocol that the server chose, one of those that were offered
    /// ([RFC 6455 §1.9](https://www.rfc-editor.org/rfc/rfc6455#section-1.9)).
    #[must_use]
    pub fn subprotocol(&self) -> Option<String> {
        self.caller().subprotocol().map(str::to_owned)
    }

    /// Keeps a value with the client, one of each type, also when it connects again. Returns the value that it replaces.
    pub fn set_attribute<T: Clone + Send + Sync + 'static>(&self, value: T) -> Option<T> {
        lock(&self.writer.handle().attributes).insert(value)
    }

    /// Returns a copy of the value of this type that is kept with the client.
    #[must_use]
    pub fn attribute<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        lock(&self.writer.handle().attributes).get().cloned()
    }

    /// Takes away the value of this type that is kept with the client.
    pub fn remove_attribute<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        lock(&self.writer.handle().attributes).remove()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("caller", &self.caller()).finish_non_exhaustive()
    }
}

/// As that of [`ClientReader`].
impl Stream for Client {
    type Item = Result<Message>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.reader).poll_next(cx)
    }
}

/// As that of [`ClientWriter`].
impl Sink<Message> for Client {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.writer).poll_ready(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<()> {
        Pin::new(&mut self.writer).start_send(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.writer).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.writer).poll_close(cx)
    }
}
