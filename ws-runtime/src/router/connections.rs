//! Which connections are open, for the server's end.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use slab::Slab;
use tokio::sync::Notify;

use crate::caller::Caller;
use crate::caller::shared::{Phase, lock};
use crate::router::peer::Holds;

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
    /// The connections that have ended since it began to close.
    ended: usize,
}

/// A place among the connections, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    registry: Arc<Registry>,
    key: usize,
    _holds: Holds,
}

impl Connections {
    /// Takes a place for a connection that is about to be made, unless there are as many as there may be.
    pub(crate) fn ticket(&self, limit: Option<usize>, holds: Holds) -> Option<Ticket> {
        let mut state = lock(&self.shared.state);
        if limit.is_some_and(|limit| state.callers.len() >= limit) {
            return None;
        }
        let key = state.callers.insert(None);
        Some(Ticket { registry: Arc::clone(&self.shared), key, _holds: holds })
    }

    /// From now on connections are closed as soon as they are open, and those that end are counted.
    pub(crate) fn begin_closing(&self) {
        let mut state = lock(&self.shared.state);
        state.is_closing = true;
        state.ended = 0;
    }

    /// Returns how many connections have ended since [`begin_closing`](Self::begin_closing).
    pub(crate) fn ended(&self) -> usize {
        lock(&self.shared.state).ended
    }

    /// Stops the task of every connection.
    pub(crate) fn abort_all(&self) {
        for caller in self.open() {
            // Whoever could not be told before is told now.
            caller.go_away();
            caller.shared().end(Phase::Aborted);
        }
    }

    /// Returns those whose handshake has ended.
    pub(crate) fn open(&self) -> Vec<Caller> {
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
            caller.go_away();
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = lock(&self.registry.state);
        let caller = state.callers.remove(self.key);
        state.ended += usize::from(caller.is_some());
        if state.callers.is_empty() {
            // A server that was busy once does not keep the room for it.
            state.callers.shrink_to_fit();
            self.registry.empty.notify_waiters();
        }
        drop(state);
        drop(caller);
    }
}
