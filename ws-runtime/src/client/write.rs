//! What a client writes: the same as its [`Caller`](crate::Caller), at hand beside `read`.

use serde::Serialize;

use crate::client::Client;
use crate::error::Result;
use crate::message::Message;
use crate::prepared::Prepared;

impl Client {
    /// Writes a text message.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_text(&self, text: impl AsRef<str>) -> Result<()> {
        self.caller.write_text(text).await
    }

    /// Writes a binary message.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.caller.write_binary(data).await
    }

    /// Writes a value as a text message in JSON.
    ///
    /// # Errors
    /// [`Error::Serialize`](crate::Error::Serialize) when the value cannot be JSON, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.caller.write_message(value).await
    }

    /// Writes a [`Message`].
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write(&self, message: Message) -> Result<()> {
        self.caller.write(message).await
    }

    /// Writes a message that was prepared for many receivers. It is encoded anew all the same: what a client sends is masked with a
    /// key of its own.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_prepared(&self, message: &Prepared) -> Result<()> {
        self.caller.write_prepared(message).await
    }

    /// Writes a ping of at most 125 bytes ([RFC 6455 §5.5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2)).
    ///
    /// # Errors
    /// [`Error::ControlTooLong`](crate::Error::ControlTooLong) over 125 bytes, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub async fn ping(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.caller.ping(data).await
    }

    /// Writes a pong of at most 125 bytes ([RFC 6455 §5.5.3](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3)). Pings are
    /// answered without it.
    ///
    /// # Errors
    /// [`Error::ControlTooLong`](crate::Error::ControlTooLong) over 125 bytes, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub async fn pong(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.caller.pong(data).await
    }

    /// Writes a text message, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write_text(&self, text: impl AsRef<str>) -> Result<()> {
        self.caller.try_write_text(text)
    }

    /// Writes a binary message, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.caller.try_write_binary(data)
    }

    /// Writes a value as a text message in JSON, without waiting.
    ///
    /// # Errors
    /// [`Error::Serialize`](crate::Error::Serialize) when the value cannot be JSON, [`Error::Full`](crate::Error::Full) above the
    /// high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone.
    pub fn try_write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.caller.try_write_message(value)
    }

    /// Writes a [`Message`], without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write(&self, message: &Message) -> Result<()> {
        self.caller.try_write(message)
    }

    /// Writes a message that was prepared for many receivers, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write_prepared(&self, message: &Prepared) -> Result<()> {
        self.caller.try_write_prepared(message)
    }
}
