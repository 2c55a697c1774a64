//! Which connections are open, for the server's end.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use ws_core::close::CloseFrame;

use crate::caller::shared::{Phase, lock};
use crate::caller::{Caller, ConnectionId};

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
    /// How many tickets are out.
    tickets: usize,
    open: HashMap<ConnectionId, Caller>,
    is_closing: bool,
}

/// A place among the connections, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket {
    registry: Arc<Registry>,
    id: Option<ConnectionId>,
}

impl Connections {
    /// Takes a place for a connection that is about to be made.
    pub(crate) fn ticket(&self) -> Ticket {
        lock(&self.shared.state).tickets += 1;
        Ticket { registry: Arc::clone(&self.shared), id: None }
    }

    /// Closes every connection with 1001, those still to come too.
    pub(crate) fn close_all(&self) {
        let callers: Vec<_> = {
            let mut state = lock(&self.shared.state);
            state.is_closing = true;
            state.open.values().cloned().collect()
        };
        for caller in callers {
            caller.start_close(&CloseFrame::going_away());
        }
    }

    /// Stops the task of every connection.
    pub(crate) fn abort_all(&self) {
        let callers: Vec<_> = lock(&self.shared.state).open.values().cloned().collect();
        for caller in callers {
            caller.shared().end(Phase::Aborted);
        }
    }

    /// Resolves when no connection is left.
    pub(crate) async fn all_ended(&self) {
        loop {
            let mut empty = pin!(self.shared.empty.notified());
            empty.as_mut().enable();
            if lock(&self.shared.state).tickets == 0 {
                return;
            }
            empty.await;
        }
    }
}

impl Ticket {
    /// Enters an open connection.
    pub(crate) fn admit(&mut self, caller: &Caller) {
        self.id = Some(caller.connection_id());
        let is_closing = {
            let mut state = lock(&self.registry.state);
            state.open.insert(caller.connection_id(), caller.clone());
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
        if let Some(id) = self.id {
            state.open.remove(&id);
        }
        state.tickets -= 1;
        if state.tickets == 0 {
            // A server that was busy once does not keep the room for it.
            state.open.shrink_to_fit();
            self.registry.empty.notify_waiters();
        }
    }
}
