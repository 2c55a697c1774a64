//! What the callbacks of one connection write to others leaves when their turn is over: however many messages go to one receiver
//! in a turn, they leave in one write.
//!
//! A turn is what a driver does between two waits. A write that is not made by a callback has no turn and goes to the socket at
//! once.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::caller::shared::Shared;

/// How many receivers wait for the end of a turn, at most; the next one ends the wait of all.
const MAX_RECEIVERS: usize = 1024;

thread_local! {
    /// A callback is running on this thread.
    static IS_CALLBACK: Cell<bool> = const { Cell::new(false) };
    /// There are receivers.
    static HAS_RECEIVERS: Cell<bool> = const { Cell::new(false) };
    /// What has been written to and not flushed.
    static RECEIVERS: RefCell<Vec<Arc<Shared>>> = const { RefCell::new(Vec::new()) };
}

/// Runs callbacks: what they write waits for [`end`].
#[inline]
pub(crate) fn run<T>(callbacks: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        // Also when the callback panics.
        fn drop(&mut self) {
            IS_CALLBACK.set(self.0);
        }
    }
    let _reset = Reset(IS_CALLBACK.replace(true));
    callbacks()
}

/// Begins a turn: what is written from here on waits for its end, or for the end of [`run`].
#[inline]
pub(crate) fn begin() {
    IS_CALLBACK.set(true);
}

/// Returns whether a callback is running, so that a write waits for the end of the turn.
pub(crate) fn is_running() -> bool {
    IS_CALLBACK.get()
}

/// Lets a connection that has been written to wait for the end of the turn.
pub(crate) fn add(receiver: &Arc<Shared>) {
    HAS_RECEIVERS.set(true);
    let is_too_many = RECEIVERS.with_borrow_mut(|receivers| {
        receivers.push(Arc::clone(receiver));
        receivers.len() >= MAX_RECEIVERS
    });
    if is_too_many {
        flush();
    }
}

/// Ends the turn: what waits is written.
#[inline]
pub(crate) fn end() {
    IS_CALLBACK.set(false);
    if HAS_RECEIVERS.get() {
        flush();
    }
}

#[cold]
fn flush() {
    HAS_RECEIVERS.set(false);
    let mut receivers = RECEIVERS.take();
    for receiver in receivers.drain(..) {
        receiver.flush_deferred();
    }
    // Its room serves the next turn. Nothing was added meanwhile: no code of the user's runs here.
    RECEIVERS.set(receivers);
}
