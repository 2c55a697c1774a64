//! Messages on their way to whoever reads, within a bound.
//!
//! ```text
//!   Feeder ──▶ room for this message? ──▶ queue ──▶ Inbox
//!                 ▲ waits: the peer is held back      │
//!                 └── gives room back, asking for more ◀─┘
//! ```

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::caller::Caller;
use crate::message::Message;
use crate::service::Data;

/// The end at which messages are handed over.
#[derive(Clone, Debug)]
pub(crate) struct Feeder {
    messages: UnboundedSender<Message>,
    room: Arc<Room>,
}

/// The end at which messages are read.
#[derive(Debug)]
pub(crate) struct Inbox {
    messages: UnboundedReceiver<Message>,
    /// The room of the message that was read last.
    held: u32,
    room: Arc<Room>,
}

/// What bounds the queue, with the message that was read last.
#[derive(Debug)]
struct Room {
    /// Bytes that may still be handed over. Closed when nobody reads any more.
    free: Semaphore,
    size: u32,
    /// How often somebody has asked for a message.
    asked: AtomicU64,
}

/// Makes the two ends of a queue for so many bytes.
pub(crate) fn queue(size: u32) -> (Feeder, Inbox) {
    let (sender, receiver) = unbounded_channel();
    let room = Arc::new(Room { free: Semaphore::new(size as usize), size, asked: AtomicU64::new(0) });
    (Feeder { messages: sender, room: Arc::clone(&room) }, Inbox { messages: receiver, held: 0, room })
}

impl Feeder {
    /// Hands a message over as soon as there is room for it. After our close frame has been answered, or when nobody reads any more,
    /// nobody needs to take it.
    pub(crate) async fn deliver(&self, caller: &Caller, data: Data<'_>) {
        if let Some(room) = self.room(caller, self.room.take(data.as_bytes())).await {
            // Comes back when the message is read.
            room.forget();
            // Fails when nobody reads any more.
            let _ = self.messages.send(data.into());
        }
    }

    /// Waits for room in the queue, or for the end of the connection.
    async fn room(&self, caller: &Caller, size: u32) -> Option<SemaphorePermit<'_>> {
        if let Ok(room) = self.room.free.try_acquire_many(size) {
            return Some(room);
        }
        let mut room = pin!(self.room.free.acquire_many(size));
        let mut ended = pin!(caller.shared().ended());
        poll_fn(|cx| match room.as_mut().poll(cx) {
            Poll::Ready(room) => Poll::Ready(room.ok()),
            Poll::Pending => ended.as_mut().poll(cx).map(|()| None),
        })
        .await
    }

    /// Waits until all of the room is there: the last message has been read, and answered, and the next one is asked for. Gives up when
    /// nobody asks for a while.
    pub(crate) async fn settle(&self) {
        let mut settled = pin!(self.room.free.acquire_many(self.room.size));
        let mut asked = self.room.asked.load(Ordering::Relaxed);
        while timeout(PATIENCE, settled.as_mut()).await.is_err() {
            let last = std::mem::replace(&mut asked, self.room.asked.load(Ordering::Relaxed));
            if last == asked {
                return;
            }
        }
    }
}

impl Inbox {
    /// Waits for the next message; `None` is the end. Whoever asks for it is done with the one before.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        self.room.asked.fetch_add(1, Ordering::Relaxed);
        self.room.free.add_permits(std::mem::take(&mut self.held) as usize);
        let next = self.messages.poll_recv(cx);
        if let Poll::Ready(Some(message)) = &next {
            self.held = self.room.take(message.as_bytes());
        }
        next
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.room.free.close();
    }
}

impl Room {
    /// Returns how much of the room a message takes. One that is larger than all of it waits until it is alone.
    fn take(&self, message: &[u8]) -> u32 {
        u32::try_from(message.len().saturating_add(OVERHEAD)).map_or(self.size, |size| size.min(self.size))
    }
}

/// How long whoever reads may take for one message, when the server has closed behind it.
const PATIENCE: Duration = Duration::from_secs(1);
/// What a message in the queue costs beside its bytes.
const OVERHEAD: usize = 64; // bytes
