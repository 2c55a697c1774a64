//! What the callbacks of one connection write to others leaves when their turn is over: however many messages go to one receiver
//! in a turn, they leave in one write.
//!
//! A turn is what a driver does between two waits. A write that is not made by a callback has no turn and goes to the socket at
//! once.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::caller::outbox::Outbox;
use crate::caller::shared::Shared;

/// How many receivers wait for the end of a turn, at most; the next one ends the wait of all.
const MAX_RECEIVERS: usize = 1024;

thread_local! {
    /// A callback is running on this thread.
    static IS_CALLBACK: Cell<bool> = const { Cell::new(false) };
    /// What has been written to and not flushed.
    static RECEIVERS: RefCell<Vec<Arc<Shared>>> = const { RefCell::new(Vec::new()) };
}

/// Runs a callback: what it writes waits for [`end`].
pub(crate) fn run<T>(callback: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        // Also when the callback panics.
        fn drop(&mut self) {
            IS_CALLBACK.set(self.0);
        }
    }
    let _reset = Reset(IS_CALLBACK.replace(true));
    callback()
}

/// Returns whether a callback is running, so that a write waits for the end of the turn.
pub(crate) fn is_running() -> bool {
    IS_CALLBACK.get()
}

/// Lets a connection that has been written to wait for the end of the turn.
pub(crate) fn add(receiver: &Arc<Shared>) {
    let is_too_many = RECEIVERS.with_borrow_mut(|receivers| {
        receivers.push(Arc::clone(receiver));
        receivers.len() >= MAX_RECEIVERS
    });
    if is_too_many {
        end();
    }
}

/// Ends the turn: what waits is written.
#[inline]
pub(crate) fn end() {
    if RECEIVERS.with_borrow(|receivers| !receivers.is_empty()) {
        flush();
    }
}

fn flush() {
    let mut receivers = RECEIVERS.take();
    for receiver in receivers.drain(..) {
        receiver.with_outbox(Outbox::flush_deferred);
    }
    // Its room serves the next turn. Nothing was added meanwhile: no code of the user's runs here.
    RECEIVERS.set(receivers);
}
