//! The room: the callers of everybody who has joined, shared by all connections.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future;
use tokio::time;
use websocket::{Caller, CloseFrame, ConnectionId};

/// A handle to the room; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Hub {
    callers: Arc<Mutex<HashMap<ConnectionId, Caller>>>,
}

impl Hub {
    /// Lets `caller` hear what is broadcast from now on.
    pub(crate) fn join(&self, caller: &Caller) {
        self.callers().insert(caller.connection_id(), caller.clone());
    }

    /// Removes `caller`, and tells whether it had joined.
    pub(crate) fn leave(&self, caller: &Caller) -> bool {
        self.callers().remove(&caller.connection_id()).is_some()
    }

    /// Writes `text` to everybody in the room, side by side: nobody waits for a slow receiver longer than [`PATIENCE`].
    pub(crate) async fn broadcast(&self, text: &str) {
        let callers: Vec<Caller> = self.callers().values().cloned().collect();
        future::join_all(callers.iter().map(|caller| deliver(caller, text))).await;
    }

    /// Never held across an `await`.
    fn callers(&self) -> MutexGuard<'_, HashMap<ConnectionId, Caller>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes `text` to one receiver. One that is gone already is skipped: its own `on_close` tells the room.
async fn deliver(caller: &Caller, text: &str) {
    if time::timeout(PATIENCE, caller.write_text(text)).await.is_err() {
        let caller = caller.clone();
        tokio::spawn(async move { caller.close(CloseFrame::policy_violation("reads too slowly")).await });
    }
}

/// How long a receiver may leave its buffers full before it is sent away.
const PATIENCE: Duration = Duration::from_secs(3);
