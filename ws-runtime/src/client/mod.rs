//! The other end of a connection: connects to a server, reads what it sends, and writes to it.
//!
//! ```text
//!   url, settings ──▶ TCP ──▶ HTTP upgrade ──▶ connection ──▶ delivery ──▶ Client::read
//!     builder, url            dial               its task
//! ```
//!
//! A client's connection is driven by the same task as a server's; its service is [`delivery`], which hands each message to whoever
//! reads. While nobody does, the task waits, the peer is held back, and pings are answered all the same.

mod builder;
mod delivery;
mod dial;
mod url;
mod write;

use http::Response;
use ws_core::close::{CloseCode, CloseFrame};

use crate::caller::shared::Phase;
use crate::caller::{Caller, ConnectionId};
use crate::client::delivery::{Delivery, Inbox};
use crate::client::dial::Opened;
use crate::connection::{self, Connection};
use crate::error::Result;
use crate::message::Message;

pub use builder::ClientBuilder;

/// A connection to a server.
///
/// [`read`](Self::read) takes the messages of the server one by one, and the `write_*` methods send: at once, or as soon as
/// the server has read enough of what was written before.
///
/// While nobody reads, messages wait: 64 KiB of them, or one that is larger. The next one waits, too, and behind it another 64 KiB come
/// in, in which pings are answered and the end of the connection is noticed; then the server is held back.
///
/// To write from other tasks, clone the [`caller`](Self::caller). A client that is dropped closes its connection with 1001.
///
/// # Examples
/// ```no_run
/// # async fn example() -> websocket::Result<()> {
/// use websocket::{Client, CloseFrame};
///
/// let mut client = Client::connect("ws://localhost:9090/echo").await?;
/// client.write_text("hello").await?;
/// while let Some(message) = client.read().await? {
///     println!("{message:?}");
///     client.close(CloseFrame::normal()).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a client that is dropped closes its connection"]
pub struct Client {
    caller: Caller,
    inbox: Inbox,
    response: Response<()>,
}

impl Client {
    /// Starts the task of a connection whose handshake has ended.
    fn start(opened: Opened) -> Self {
        let (delivery, inbox) = delivery::channel();
        let mut connection = Box::new(Connection::new::<Delivery>(opened.established));
        let caller = connection.caller().clone();
        let mut service = Some(delivery);
        tokio::spawn(async move { connection::run(&mut service, &mut connection).await });
        Self { caller, inbox, response: opened.response }
    }

    /// Connects to a url such as `ws://host:port/path?query`, with the defaults of [`ClientBuilder`].
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

    /// Waits for the next message.
    ///
    /// `None` is the end of the connection after a closing handshake, whoever began it; [`close_status`](Self::close_status) tells
    /// what the server said. After an error comes `None`, too.
    ///
    /// # Errors
    /// [`Error::Protocol`](crate::Error::Protocol) when the server broke the protocol, [`Error::Io`](crate::Error::Io) when the connection ended without a close frame. All
    /// messages that came before are read first. The connection is gone.
    ///
    /// # Cancel safety
    /// A dropped future has taken no message.
    pub async fn read(&mut self) -> Result<Option<Message>> {
        self.inbox.next().await
    }

    /// Closes the connection: everything written so far, then the close frame, goes out, and nothing after it. Resolves when
    /// the server has answered, or is gone, or `connection_closure_timeout` has passed. Messages that the server sends in the
    /// meantime are thrown away, those that wait to be read are not.
    ///
    /// When the connection is already closing, this waits for the end of that.
    ///
    /// # Errors
    /// [`Error::CloseTimeout`](crate::Error::CloseTimeout) when the server did not answer in time; the connection is gone nevertheless.
    ///
    /// # Cancel safety
    /// The connection closes even if the future is dropped after its first poll.
    pub async fn close(&self, frame: CloseFrame) -> Result<()> {
        let closed = self.caller.close(frame).await;
        self.inbox.ended().await;
        closed
    }

    /// Resolves when the connection has ended, whatever ended it, at once when it has ended already; and as soon as the server's
    /// close frame or the end of the stream has come in, while messages that came before are still to be read.
    pub async fn closed(&self) {
        self.caller.closed().await;
        if self.caller.shared().phase() >= Phase::Ended {
            self.inbox.ended().await;
        }
    }

    /// Returns the handle on the connection, to be cloned into other tasks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Returns what the server said when it closed, or when it answered our close frame: its code and its reason. The code is
    /// [`CloseCode::NO_STATUS`] when its close frame had none, and [`CloseCode::ABNORMAL`] when there was no close frame.
    ///
    /// `None` until then, that is, until [`read`](Self::read) has returned everything that came before.
    #[must_use]
    pub fn close_status(&self) -> Option<(CloseCode, &str)> {
        self.inbox.status()
    }

    /// Returns what identifies the connection, on this side alone.
    #[must_use]
    pub fn connection_id(&self) -> ConnectionId {
        self.caller.connection_id()
    }

    /// Returns whether messages can still be written: no close frame has been sent or received, and the socket is not known to be
    /// broken.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.caller.is_open()
    }

    /// Returns the head of the server's response to the handshake. That of a server that refused is in
    /// [`ConnectError::Refused`](crate::ConnectError::Refused).
    #[must_use]
    pub fn response(&self) -> &Response<()> {
        &self.response
    }

    /// Returns the subprotocol that the server chose, one of those that were offered
    /// ([RFC 6455 §1.9](https://www.rfc-editor.org/rfc/rfc6455#section-1.9)).
    #[must_use]
    pub fn subprotocol(&self) -> Option<&str> {
        self.caller.subprotocol()
    }
}

impl Drop for Client {
    /// Nobody reads any more, so nobody is to send. The connection's task waits for the server's answer.
    fn drop(&mut self) {
        self.caller.start_close(&CloseFrame::going_away());
    }
}
