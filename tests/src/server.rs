//! Services on a listener of their own, and what they tell a test about themselves.

use std::net::SocketAddr;

use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use websocket::Listener;

use crate::within;

/// Where a service writes down what happens to it. Clones share the pages.
#[derive(Clone, Debug)]
pub struct Journal(UnboundedSender<String>);

/// What the services have written down, in order.
#[derive(Debug)]
pub struct Entries(UnboundedReceiver<String>);

/// Notes `dropped` when it is dropped: the last that happens to the service that holds it.
#[derive(Debug)]
pub struct LastWill(Journal);

/// Serves on a free port of this machine until the test ends.
///
/// # Panics
///
/// When the configuration is refused.
pub async fn serve(listener: Listener) -> SocketAddr {
    let bound = listener.host("127.0.0.1").bind().await.expect("the listener binds");
    let address = bound.local_addr();
    tokio::spawn(bound.serve());
    address
}

/// Makes a journal and its reader.
#[must_use]
pub fn journal() -> (Journal, Entries) {
    let (sender, receiver) = unbounded_channel();
    (Journal(sender), Entries(receiver))
}

impl Journal {
    /// Writes something down.
    pub fn note(&self, entry: impl Into<String>) {
        drop(self.0.send(entry.into())); // a test that has seen enough does not read on
    }

    /// Makes something that notes its own end.
    #[must_use]
    pub fn last_will(&self) -> LastWill {
        LastWill(self.clone())
    }

    /// Makes a stream that notes its own end: when it is dropped.
    pub fn holding<S: Stream>(&self, stream: S) -> impl Stream<Item = S::Item> + use<S> {
        let last_will = self.last_will();
        stream.map(move |element| {
            let _ = &last_will;
            element
        })
    }
}

impl Entries {
    /// Waits for the next entry.
    ///
    /// # Panics
    ///
    /// When nobody can write any more.
    pub async fn next(&mut self) -> String {
        within("an entry in the journal", self.0.recv()).await.expect("somebody still writes")
    }

    /// Waits for exactly these entries, in this order.
    ///
    /// # Panics
    ///
    /// When another entry comes.
    pub async fn expect(&mut self, entries: &[&str]) {
        for entry in entries {
            assert_eq!(self.next().await, *entry, "the next of {entries:?}");
        }
    }

    /// Returns the next entry, if there is one already.
    pub fn try_next(&mut self) -> Option<String> {
        self.0.try_recv().ok()
    }
}

impl Drop for LastWill {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}
