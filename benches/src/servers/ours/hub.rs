//! A room: what one says, all others hear.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use websocket::{Caller, Prepared};

/// The callers of everybody who is here; clones share it.
#[derive(Clone)]
pub(crate) struct Hub {
    callers: Arc<Mutex<Vec<Caller>>>,
    encoding: Encoding,
}

/// How often a message is encoded.
#[derive(Clone, Copy)]
pub(crate) enum Encoding {
    /// For every receiver, by `write_text`.
    Each,
    /// Once for all, by `Prepared`.
    Once,
}

impl Hub {
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self { callers: Arc::default(), encoding }
    }

    fn callers(&self) -> MutexGuard<'_, Vec<Caller>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Member {
    hub: Hub,
}

#[websocket::service(path = "/", state = Hub)]
impl Member {
    #[upgrade]
    fn join(hub: &Hub) -> Self {
        Self { hub: hub.clone() }
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        self.hub.callers().push(caller.clone());
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) {
        let others = self.hub.callers().clone();
        let others = others.iter().filter(|other| other.connection_id() != caller.connection_id());
        // Only above the mark is there a reason to wait; who is gone already is no one's mistake here.
        match self.hub.encoding {
            Encoding::Each => {
                for other in others {
                    if other.try_write_text(text).is_err() {
                        drop(other.write_text(text).await);
                    }
                }
            }
            Encoding::Once => {
                let message = Prepared::text(text);
                for other in others {
                    if other.try_write_prepared(&message).is_err() {
                        drop(other.write_prepared(&message).await);
                    }
                }
            }
        }
    }

    #[remote]
    fn on_close(&mut self, caller: &Caller) {
        self.hub.callers().retain(|other| other.connection_id() != caller.connection_id());
    }
}
