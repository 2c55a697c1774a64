//! The service of a client's connection, when its messages are read.

use std::convert::Infallible;

use ws_core::protocol::Role;

use crate::caller::Caller;
use crate::client::ending::Witness;
use crate::client::queue::Feeder;
use crate::service::{Descriptor, Event, Handled, Outcome, Service, UpgradeResult};
use crate::upgrade::UpgradeRequest;

/// Hands over what comes in.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Before the feeder: whoever reads hears why there are no more messages.
    witness: Witness,
    feeder: Feeder,
}

impl Delivery {
    pub(crate) fn new(witness: Witness, feeder: Feeder) -> Self {
        Self { witness, feeder }
    }
}

impl Service for Delivery {
    type State = Infallible;

    const DESCRIPTOR: Descriptor = Descriptor::new("Client", "/");
    const ROLE: Role = Role::Client;

    async fn upgrade(_: &UpgradeRequest, state: &Infallible) -> UpgradeResult<Self> {
        match *state {}
    }

    async fn call(&mut self, caller: &Caller, event: Event<'_>) -> Outcome {
        if self.witness.takes(caller, event).await {
            return Ok(Handled::Done);
        }
        match event {
            Event::Text(data) | Event::Binary(data) => self.feeder.deliver(caller, data).await,
            Event::Error(..) | Event::Close(..) => {}
            _ => return Ok(Handled::Unhandled),
        }
        Ok(Handled::Done)
    }

    /// Whoever reads goes on: the server may wait for that until it reads itself.
    fn must_wait(_: &Caller) -> bool {
        false
    }

    async fn settle(&mut self) {
        self.feeder.settle().await;
    }
}
