//! Those who listen.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use websocket::{Caller, ConnectionId, Prepared};

/// A handle to the room; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Room(Arc<Mutex<HashMap<ConnectionId, Caller>>>);

impl Room {
    pub(crate) fn enter(&self, caller: &Caller) {
        self.callers().insert(caller.connection_id(), caller.clone());
    }

    pub(crate) fn leave(&self, caller: &Caller) {
        self.callers().remove(&caller.connection_id());
    }

    /// Tells everybody; one who reads too slowly misses it.
    pub(crate) fn tell(&self, text: &str) {
        let text = Prepared::text(text);
        for caller in self.callers().values() {
            let _ = caller.try_write_prepared(&text);
        }
    }

    fn callers(&self) -> MutexGuard<'_, HashMap<ConnectionId, Caller>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
