//! Requests and their answers, on a connection that carries anything else beside them.
//!
//! ```text
//!   request ──▶ {"id":"5f3a09c1-7", …} ──▶ server
//!      ▲                                      │
//!      └── Requests, by the id ◀── witness ◀──┘
//! ```

mod ask;
mod subscription;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use ws_core::json::{self, JsonStr};

use crate::caller::Caller;
use crate::caller::shared::lock;
use crate::client::queue::Feeder;
use crate::error::{Error, RequestError, Result};
use crate::log;
use crate::service::{Data, Payload as _};

pub(crate) use ask::{request, subscribe};
pub use subscription::Subscription;

/// Identifies a request of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RequestId(u64);

/// The requests of a client that have not been answered, and its subscriptions.
#[derive(Debug)]
pub(crate) struct Requests {
    config: RequestConfig,
    /// In front of the number of each request: what the server's own ids do not begin with.
    prefix: u32,
    next: AtomicU64,
    pending: Mutex<HashMap<RequestId, Asker>>,
}

/// How requests are made.
#[derive(Clone, Debug)]
pub(crate) struct RequestConfig {
    /// The field of a message that its answers carry too.
    pub(crate) field: String,
    /// `None` waits for ever.
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_count: usize,
    /// Bytes that wait for whoever reads a subscription.
    pub(crate) max_unread_size: u32,
}

/// Who waits for an answer.
#[derive(Debug)]
enum Asker {
    /// Once.
    Reply(oneshot::Sender<Result<String, RequestError>>),
    /// Again and again; and who hears why no more answers come.
    Items(Feeder, oneshot::Sender<RequestError>),
}

impl RequestId {
    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }
}

impl Requests {
    pub(crate) fn new(config: RequestConfig) -> Self {
        // Without randomness it is a prefix all the same.
        let prefix = getrandom::u32().unwrap_or_default();
        Self { config, prefix, next: AtomicU64::new(1), pending: Mutex::default() }
    }

    /// Writes a message as JSON, with a new id.
    ///
    /// # Errors
    /// It cannot be JSON, is no object, or has the field of the id already.
    fn encode<T: Serialize + ?Sized>(&self, message: &T) -> Result<(RequestId, String)> {
        let field = &self.config.field;
        let json = serde_json::to_string(message)?;
        match json::fields(&json, [field.as_str()]) {
            None => return Err(RequestError::NotAnObject.into()),
            Some([Some(_)]) => return Err(RequestError::HasId { field: field.clone() }.into()),
            Some([None]) => {}
        }
        let id = RequestId::new(self.next.fetch_add(1, Ordering::Relaxed));
        let rest = json[1..].trim_start();
        let comma = if rest == "}" { "" } else { "," };
        Ok((id, format!("{{{}:\"{:08x}-{}\"{comma}{rest}", serde_json::to_string(field)?, self.prefix, id.0)))
    }

    fn register(&self, id: RequestId, asker: Asker) -> Result<()> {
        let mut pending = lock(&self.pending);
        if pending.len() >= self.config.max_count {
            return Err(RequestError::TooMany { limit: self.config.max_count }.into());
        }
        pending.insert(id, asker);
        Ok(())
    }

    fn remove(&self, id: RequestId) {
        // Dropped outside of the lock: it wakes others.
        let removed = lock(&self.pending).remove(&id);
        drop(removed);
    }

    /// Hands a message to whoever asked for it. Returns whether it is an answer.
    pub(crate) async fn takes(&self, caller: &Caller, text: &str) -> bool {
        let Some(id) = self.id_of(text) else { return false };
        let feeder = {
            let mut pending = lock(&self.pending);
            match pending.get(&id) {
                Some(Asker::Items(feeder, _)) => Some(feeder.clone()),
                Some(Asker::Reply(_)) => {
                    if let Some(Asker::Reply(reply)) = pending.remove(&id) {
                        let _ = reply.send(Ok(text.to_owned()));
                    }
                    None
                }
                None => {
                    log::answer_late(caller.connection_id());
                    None
                }
            }
        };
        if let Some(feeder) = feeder {
            feeder.deliver(caller, Data::Text(text)).await;
        }
        true
    }

    /// Returns the request that a message answers.
    fn id_of(&self, text: &str) -> Option<RequestId> {
        let [value] = json::fields(text, [self.config.field.as_str()])?;
        let id = JsonStr::from_value(value?)?;
        let (prefix, number) = id.as_str()?.split_once('-')?;
        let is_ours = prefix.len() == 8 && u32::from_str_radix(prefix, 16) == Ok(self.prefix);
        number.parse().ok().filter(|_| is_ours).map(RequestId::new)
    }

    /// Ends the requests of a lost connection, but those that are to be kept.
    pub(crate) fn lose(&self, is_kept: impl Fn(RequestId) -> bool) {
        let lost: Vec<Asker> = {
            let mut pending = lock(&self.pending);
            pending.extract_if(|id, _| !is_kept(*id)).map(|(_, asker)| asker).collect()
        };
        for asker in lost {
            // Fails when nobody waits any more.
            match asker {
                Asker::Reply(reply) => drop(reply.send(Err(RequestError::Lost))),
                Asker::Items(_, end) => drop(end.send(RequestError::Lost)),
            }
        }
    }
}

/// Reads an answer as JSON.
fn bind<T: DeserializeOwned>(text: &str) -> Result<T> {
    T::from_json(Data::Text(text)).map_err(Error::from)
}
