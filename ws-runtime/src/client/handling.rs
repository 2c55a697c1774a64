//! The service of a client's connection, when its messages go to a handler.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use ws_core::protocol::Role;

use crate::caller::Caller;
use crate::caller::shared::lock;
use crate::client::ending::Witness;
use crate::client::queue::Feeder;
use crate::service::{Descriptor, Event, Handled, Handler, Outcome, Service, Settings, UpgradeResult};
use crate::upgrade::UpgradeRequest;

/// Where the handler is while there is no connection.
pub(crate) type Home<H> = Arc<Mutex<Option<H>>>;

/// Lends a handler to a connection.
#[derive(Debug)]
pub(crate) struct Handling<H> {
    /// `None` once it is home.
    handler: Option<H>,
    home: Home<H>,
    /// A callback has begun and not ended.
    is_busy: bool,
    witness: Witness,
    /// Whoever waits for messages hears of the end when this is gone.
    _feeder: Feeder,
}

impl<H: Handler> Handling<H> {
    /// Takes the handler from its home. `None` if it is not there: a callback has panicked.
    pub(crate) fn new(home: &Home<H>, witness: Witness, feeder: Feeder) -> Option<Self> {
        let handler = Some(lock(home).take()?);
        Some(Self { handler, home: Arc::clone(home), is_busy: false, witness, _feeder: feeder })
    }
}

impl<H: Handler> Service for Handling<H> {
    type State = Infallible;

    const DESCRIPTOR: Descriptor = H::DESCRIPTOR;
    const CHECKS: &[()] = H::CHECKS;
    const ROLE: Role = Role::Client;

    fn settings() -> Settings {
        H::settings()
    }

    async fn upgrade(_: &UpgradeRequest, state: &Infallible) -> UpgradeResult<Self> {
        match *state {}
    }

    fn must_wait(caller: &Caller) -> bool {
        caller.shared().owes_replies()
    }

    async fn call(&mut self, caller: &Caller, event: Event<'_>) -> Outcome {
        if self.witness.takes(caller, event).await {
            return Ok(Handled::Done);
        }
        let Some(handler) = &mut self.handler else { return Ok(Handled::Unhandled) };
        self.is_busy = true;
        let outcome = handler.call(caller, event).await;
        self.is_busy = false;
        outcome
    }
}

impl<H> Drop for Handling<H> {
    /// Before the witness tells of the end: then the handler is there for the next connection.
    fn drop(&mut self) {
        if self.is_busy {
            self.witness.panicked();
        } else {
            *lock(&self.home) = self.handler.take();
        }
    }
}
