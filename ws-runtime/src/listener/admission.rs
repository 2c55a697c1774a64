//! Who may come in: counted from the moment when a TCP connection is accepted.

use std::net::SocketAddr;
use std::sync::Arc;

use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::log;
use crate::router::Router;
use crate::router::addresses::Place;

/// How many connections are told at once that there is no room; each has a moment to send its request.
const MAX_REFUSALS: usize = 256;

/// Decides about TCP connections.
#[derive(Debug)]
pub(crate) struct Admission {
    router: Router,
    /// Room for those that are no WebSocket connections.
    http: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
}

/// A TCP connection that is served, or refused with an answer.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// What every request on it is answered with.
    pub(crate) refusal: Option<StatusCode>,
    /// What it takes up of what its address may have.
    pub(crate) place: Option<Arc<Place>>,
    /// Given back when the connection is upgraded.
    pub(crate) slot: OwnedSemaphorePermit,
}

impl Admission {
    pub(crate) fn new(router: Router, max_http_connections: usize) -> Self {
        let [http, refusals] = [max_http_connections, MAX_REFUSALS]
            .map(|permits| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))));
        Self { router, http, refusals }
    }

    /// Decides about a connection that was accepted; `None` closes it without a word.
    pub(crate) fn admit(&self, remote_addr: SocketAddr) -> Option<Admitted> {
        let (config, address) = (self.router.config(), remote_addr.ip());
        let place = if config.proxies.contains(address) {
            // It counts for those whom the proxy forwards, once it has said who they are.
            None
        } else {
            match self.router.addresses().enter(address) {
                Ok(place) => place,
                Err(_) => return self.refuse(StatusCode::TOO_MANY_REQUESTS, remote_addr),
            }
        };
        match Arc::clone(&self.http).try_acquire_owned() {
            Ok(slot) => Some(Admitted { refusal: None, place, slot }),
            Err(_) => self.refuse(StatusCode::SERVICE_UNAVAILABLE, remote_addr),
        }
    }

    fn refuse(&self, status: StatusCode, remote_addr: SocketAddr) -> Option<Admitted> {
        let slot = Arc::clone(&self.refusals).try_acquire_owned().ok();
        log::connection_refused(remote_addr, status, slot.is_some());
        let slot = slot?;
        Some(Admitted { refusal: Some(status), place: None, slot })
    }
}
