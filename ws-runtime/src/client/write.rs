//! What a client writes: the same as its [`ClientWriter`](crate::ClientWriter), at hand beside `read`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::{Client, Subscription};
use crate::error::Result;
use crate::message::Message;
use crate::prepared::Prepared;

impl Client {
    /// Writes a text message.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone, [`Error::WriteTimeout`](crate::Error::WriteTimeout) when there was no room for it in time.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_text(&self, text: impl AsRef<str>) -> Result<()> {
        self.writer.write_text(text).await
    }

    /// Writes a binary message.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone, [`Error::WriteTimeout`](crate::Error::WriteTimeout) when there was no room for it in time.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.writer.write_binary(data).await
    }

    /// Writes a value as a text message in JSON.
    ///
    /// # Errors
    /// [`Error::Serialize`](crate::Error::Serialize) when the value cannot be JSON, and those of [`write_text`](Self::write_text).
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.writer.write_message(value).await
    }

    /// Writes a [`Message`].
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone, [`Error::WriteTimeout`](crate::Error::WriteTimeout) when there was no room for it in time.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write(&self, message: Message) -> Result<()> {
        self.writer.write(message).await
    }

    /// Writes a message that was prepared for many receivers. It is encoded anew all the same: what a client sends is masked with a
    /// key of its own.
    ///
    /// # Errors
    /// [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone, [`Error::WriteTimeout`](crate::Error::WriteTimeout) when there was no room for it in time.
    ///
    /// # Cancel safety
    /// A dropped future has written either nothing or the whole message.
    pub async fn write_prepared(&self, message: &Prepared) -> Result<()> {
        self.writer.write_prepared(message).await
    }

    /// Writes a ping of at most 125 bytes ([RFC 6455 §5.5.2](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2)).
    ///
    /// # Errors
    /// [`Error::ControlTooLong`](crate::Error::ControlTooLong) over 125 bytes, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub async fn ping(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.writer.ping(data).await
    }

    /// Writes a pong of at most 125 bytes ([RFC 6455 §5.5.3](https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3)). Pings are
    /// answered without it.
    ///
    /// # Errors
    /// [`Error::ControlTooLong`](crate::Error::ControlTooLong) over 125 bytes, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub async fn pong(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.writer.pong(data).await
    }

    /// Writes a text message, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write_text(&self, text: impl AsRef<str>) -> Result<()> {
        self.writer.try_write_text(text)
    }

    /// Writes a binary message, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write_binary(&self, data: impl AsRef<[u8]>) -> Result<()> {
        self.writer.try_write_binary(data)
    }

    /// Writes a value as a text message in JSON, without waiting.
    ///
    /// # Errors
    /// [`Error::Serialize`](crate::Error::Serialize) when the value cannot be JSON, [`Error::Full`](crate::Error::Full) above the
    /// high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the connection is closing or gone.
    pub fn try_write_message<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.writer.try_write_message(value)
    }

    /// Writes a [`Message`], without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write(&self, message: &Message) -> Result<()> {
        self.writer.try_write(message)
    }

    /// Writes a message that was prepared for many receivers, without waiting.
    ///
    /// # Errors
    /// [`Error::Full`](crate::Error::Full) above the high-water mark of 64 KiB, [`Error::Closed`](crate::Error::Closed) when the
    /// connection is closing or gone.
    pub fn try_write_prepared(&self, message: &Prepared) -> Result<()> {
        self.writer.try_write_prepared(message)
    }

    /// Sends a request, and waits for its answer: the message whose field
    /// [`dispatcher_stream_id`](crate::ClientBuilder::dispatcher_stream_id) has the value that this method gives to that of the request, a new
    /// one each time. Many requests may be under way at once, and their answers may come in any order.
    ///
    /// Answers are only looked for among what comes in: while nobody reads the other messages, these hold up the answers behind them.
    ///
    /// # Errors
    /// [`RequestError`](crate::RequestError), [`Error::Binding`](crate::Error::Binding) for an answer of another type, and those of [`write_message`](Self::write_message).
    ///
    /// # Cancel safety
    /// A dropped future waits for no answer any more: it is thrown away when it comes. The request may have been sent.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> websocket::Result<()> {
    /// use serde::{Deserialize, Serialize};
    /// use websocket::Client;
    ///
    /// #[derive(Serialize)]
    /// #[serde(tag = "event", rename_all = "snake_case")]
    /// enum Request<'a> {
    ///     Price { pair: &'a str },
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Price {
    ///     price: f64,
    /// }
    ///
    /// let client = Client::builder("ws://localhost:9090/market").dispatcher_stream_id("id").connect().await?;
    /// let answer: Price = client.request(&Request::Price { pair: "XBT/USD" }).await?;
    /// println!("{}", answer.price);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn request<R: DeserializeOwned>(&self, message: &(impl Serialize + ?Sized)) -> Result<R> {
        self.writer.request(message).await
    }

    /// Sends a request, and returns the stream of its answers. As [`request`](Self::request), but there may be any number of them.
    ///
    /// # Errors
    /// Those of [`request`](Self::request) that have to do with sending.
    ///
    /// # Cancel safety
    /// A dropped future has sent either nothing or the whole message, and its answers are thrown away.
    pub async fn subscribe<T: DeserializeOwned>(&self, message: &(impl Serialize + ?Sized)) -> Result<Subscription<T>> {
        self.writer.subscribe(message).await
    }
}
