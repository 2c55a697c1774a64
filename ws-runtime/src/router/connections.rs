//! Which connections are open, for the server's end.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use slab::Slab;
use tokio::sync::Notify;
use ws_core::close::CloseFrame;

use crate::caller::Caller;
use crate::caller::shared::{Phase, lock};

/// All connections of a router, those whose handshake has not ended included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections {
    shared: Arc<Registry>,
}

#[derive(Debug, Default)]
struct Registry {
    state: Mutex<State>,
    empty: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// One for each ticket; `None` until its connection is open.
    callers: Slab<Option<Caller>>,
    is_closing: bool,
}

/// A place among the connections, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    registry: Arc<Registry>,
    key: usize,
}

impl Connections {
    /// Takes a place for a connection that is about to be made.
    pub(crate) fn ticket(&self) -> Ticket {
        let key = lock(&self.shared.state).callers.insert(None);
        Ticket { registry: Arc::clone(&self.shared), key }
    }

    /// Closes every connection with 1001, those still to come too.
    pub(crate) fn close_all(&self) {
        lock(&self.shared.state).is_closing = true;
        for caller in self.open() {
            caller.start_close(&CloseFrame::going_away());
        }
    }

    /// Stops the task of every connection.
    pub(crate) fn abort_all(&self) {
        for caller in self.open() {
            caller.shared().end(Phase::Aborted);
        }
    }

    fn open(&self) -> Vec<Caller> {
        lock(&self.shared.state).callers.iter().filter_map(|(_, caller)| caller.clone()).collect()
    }

    /// Resolves when no connection is left.
    pub(crate) async fn all_ended(&self) {
        loop {
            let mut empty = pin!(self.shared.empty.notified());
            empty.as_mut().enable();
            if lock(&self.shared.state).callers.is_empty() {
                return;
            }
            empty.await;
        }
    }
}

impl Ticket {
    /// Enters an open connection.
    pub(crate) fn admit(&self, caller: &Caller) {
        let is_closing = {
            let mut state = lock(&self.registry.state);
            state.callers[self.key] = Some(caller.clone());
            state.is_closing
        };
        if is_closing {
            caller.start_close(&CloseFrame::going_away());
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = lock(&self.registry.state);
        let caller = state.callers.remove(self.key);
        if state.callers.is_empty() {
            // A server that was busy once does not keep the room for it.
            state.callers.shrink_to_fit();
            self.registry.empty.notify_waiters();
        }
        drop(state);
        drop(caller);
    }
}
