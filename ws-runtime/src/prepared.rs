//! A message that goes to many receivers.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::Serialize;
use ws_core::frame::{Coding, encode_message};
use ws_core::opcode::Opcode;

use crate::compression::Recipe;
use crate::error::Result;
use crate::message::Message;
use crate::pool;

/// A message that is encoded once, and compressed at most once, however many connections it is written to.
///
/// For a broadcast: made by [`text`](Self::text), [`binary`](Self::binary), [`json`](Self::json), or from a [`Message`], written by
/// [`Caller::write_prepared`](crate::Caller::write_prepared), and returned by callbacks like any other message. Cheap to clone;
/// all clones are the same message.
///
/// What goes out is the same as without: connections that have negotiated different compression get different bytes, each kind
/// made when the first of them needs it and kept as long as the message. Only a connection with a compressor of its own
/// ([`Compression::dedicated`](crate::Compression::dedicated)) encodes the message by itself. Receivers that are slow share the
/// bytes of a large message instead of holding copies.
///
/// # Examples
/// ```
/// # use websocket::{Caller, Prepared};
/// fn broadcast(receivers: &[Caller], text: &str) {
///     let message = Prepared::text(text);
///     for receiver in receivers {
///         // A receiver that is gone or too slow misses it.
///         let _ = receiver.try_write_prepared(&message);
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Prepared {
    shared: Arc<Shared>,
}

struct Shared {
    message: Message,
    first: OnceLock<Encoded>,
}

/// The message on the wire of some receivers, and other forms of it.
struct Encoded {
    recipe: Recipe,
    /// As the receiver's limit, where it mattered.
    max_frame_size: usize,
    frames: Bytes,
    next: OnceLock<Box<Encoded>>,
}

impl Prepared {
    /// Prepares a text message.
    pub fn text(text: impl Into<String>) -> Self {
        Message::text(text).into()
    }

    /// Prepares a binary message.
    pub fn binary(data: impl Into<Bytes>) -> Self {
        Message::binary(data).into()
    }

    /// Prepares a value as a text message in JSON.
    ///
    /// # Errors
    /// [`Error::Serialize`](crate::Error::Serialize) when the value cannot be JSON.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self::text(serde_json::to_string(value)?))
    }

    /// Returns the message.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.shared.message
    }

    pub(crate) fn opcode(&self) -> Opcode {
        self.message().opcode()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.message().as_bytes()
    }

    /// Returns the frames for a receiver.
    pub(crate) fn frames(&self, recipe: Recipe, max_frame_size: usize) -> &Bytes {
        // A message that fits one frame is the same under every limit.
        let max_frame_size = if self.as_bytes().len() > max_frame_size { max_frame_size } else { usize::MAX };
        let encode = || Encoded::new(self.message(), recipe, max_frame_size);
        let mut encoded = self.shared.first.get_or_init(encode);
        while (encoded.recipe, encoded.max_frame_size) != (recipe, max_frame_size) {
            // What another thread has put there meanwhile is as good, or it is passed over.
            encoded = encoded.next.get_or_init(|| Box::new(encode()));
        }
        &encoded.frames
    }
}

impl Encoded {
    fn new(message: &Message, recipe: Recipe, max_frame_size: usize) -> Self {
        let mut compressed = pool::take(0);
        let payload = message.as_bytes();
        let (coding, payload) = if recipe.compress(payload, &mut compressed) {
            (Coding::Deflated, compressed.as_slice())
        } else {
            (Coding::Plain, payload)
        };
        let mut frames = Vec::new();
        encode_message(&mut frames, message.opcode(), coding, payload, max_frame_size, None);
        pool::put(compressed);
        Self { recipe, max_frame_size, frames: frames.into(), next: OnceLock::new() }
    }
}

impl From<Message> for Prepared {
    fn from(message: Message) -> Self {
        Self { shared: Arc::new(Shared { message, first: OnceLock::new() }) }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prepared").field(self.message()).finish()
    }
}
