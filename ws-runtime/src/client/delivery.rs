//! From the task of a client's connection to whoever reads.
//!
//! ```text
//!   Delivery, a service ──▶ room for this message? ──▶ queue ──▶ Inbox
//!                              ▲ waits: the peer is held back      │
//!                              └── gives room back, asking for more ◀─┘
//! ```

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, SemaphorePermit, SetOnce};
use ws_core::close::CloseCode;
use ws_core::protocol::Role;

use crate::caller::Caller;
use crate::caller::shared::lock;
use crate::error::{Error, Result};
use crate::message::Message;
use crate::service::{Data, Descriptor, Event, Handled, Outcome, Service, UpgradeResult};
use crate::upgrade::UpgradeRequest;

/// The service of a client's connection: hands over what comes in.
#[derive(Debug)]
pub(crate) struct Delivery {
    messages: UnboundedSender<Message>,
    shared: Arc<Shared>,
}

/// The end at which messages are read.
#[derive(Debug)]
pub(crate) struct Inbox {
    messages: UnboundedReceiver<Message>,
    /// The room of the message that was read last.
    held: u32,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Bytes that may still be handed over: what bounds the queue, with the message that was read last.
    room: Semaphore,
    /// What ended the connection, if it was no closing handshake; until it is read.
    error: Mutex<Option<Error>>,
    /// The last that is told.
    status: SetOnce<(CloseCode, String)>,
}

/// Makes the two ends.
pub(crate) fn channel() -> (Delivery, Inbox) {
    let (sender, receiver) = unbounded_channel();
    let shared =
        Arc::new(Shared { room: Semaphore::new(ROOM as usize), error: Mutex::default(), status: SetOnce::new() });
    (Delivery { messages: sender, shared: Arc::clone(&shared) }, Inbox { messages: receiver, held: 0, shared })
}

impl Delivery {
    /// Hands a message over as soon as there is room for it. After our close frame has been answered, nobody needs to take it.
    async fn deliver(&self, caller: &Caller, data: Data<'_>) {
        if let Some(room) = self.room(caller, size(data.as_bytes())).await {
            // Comes back when the message is read.
            room.forget();
            // Fails when nobody reads any more; then the connection is closing.
            let _ = self.messages.send(data.into());
        }
    }

    /// Waits for room in the queue, or for the end of the connection.
    async fn room(&self, caller: &Caller, size: u32) -> Option<SemaphorePermit<'_>> {
        if let Ok(room) = self.shared.room.try_acquire_many(size) {
            return Some(room);
        }
        let mut room = pin!(self.shared.room.acquire_many(size));
        let mut ended = pin!(caller.shared().ended());
        poll_fn(|cx| match room.as_mut().poll(cx) {
            Poll::Ready(room) => Poll::Ready(room.ok()),
            Poll::Pending => ended.as_mut().poll(cx).map(|()| None),
        })
        .await
    }
}

impl Service for Delivery {
    type State = Infallible;

    const DESCRIPTOR: Descriptor = Descriptor::new("Client", "/");
    const ROLE: Role = Role::Client;

    async fn upgrade(_: &UpgradeRequest, state: &Infallible) -> UpgradeResult<Self> {
        match *state {}
    }

    async fn call(&mut self, caller: &Caller, event: Event<'_>) -> Outcome {
        match event {
            Event::Text(data) | Event::Binary(data) => self.deliver(caller, data).await,
            Event::Error(error, _) => *lock(&self.shared.error) = Some(copy(error)),
            Event::Close(code, reason) => drop(self.shared.status.set((code, reason.to_owned()))),
            _ => return Ok(Handled::Unhandled),
        }
        Ok(Handled::Done)
    }

    /// Waits for all of the room, which is there when the last message has been read, and answered, and the next one is asked for.
    async fn settle(&mut self) {
        let _ = self.shared.room.acquire_many(ROOM).await;
    }
}

impl Drop for Delivery {
    /// Also when the runtime drops the task of the connection, which is an end that nobody has told of.
    fn drop(&mut self) {
        if self.shared.status.set((CloseCode::ABNORMAL, String::new())).is_ok() {
            *lock(&self.shared.error) = Some(Error::Io(io::ErrorKind::ConnectionAborted.into()));
        }
    }
}

impl Inbox {
    /// Waits for the next message, then for the error, then for the end. Whoever asks for it is done with the one before.
    pub(crate) async fn next(&mut self) -> Result<Option<Message>> {
        self.shared.room.add_permits(std::mem::take(&mut self.held) as usize);
        if let Some(message) = self.messages.recv().await {
            self.held = size(message.as_bytes());
            return Ok(Some(message));
        }
        lock(&self.shared.error).take().map_or(Ok(None), Err)
    }

    /// Resolves when the end has been told.
    pub(crate) async fn ended(&self) {
        self.shared.status.wait().await;
    }

    /// Returns how the connection ended.
    pub(crate) fn status(&self) -> Option<(CloseCode, &str)> {
        self.shared.status.get().map(|(code, reason)| (*code, reason.as_str()))
    }
}

/// Returns how much of the queue's room a message takes. One that is larger than all of it waits until it is alone.
fn size(message: &[u8]) -> u32 {
    u32::try_from(message.len().saturating_add(OVERHEAD)).map_or(ROOM, |size| size.min(ROOM))
}

/// Copies an error that the driver lends.
fn copy(error: &Error) -> Error {
    match error {
        Error::Protocol(error) => Error::Protocol(*error),
        Error::Io(error) => Error::Io(match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => error.kind().into(),
        }),
        _ => Error::Closed,
    }
}

/// What waits to be read.
const ROOM: u32 = 64 * 1024; // bytes
/// What a message in the queue costs beside its bytes.
const OVERHEAD: usize = 64; // bytes
