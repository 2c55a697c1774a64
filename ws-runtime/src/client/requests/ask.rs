//! Makes requests.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::time::timeout;
use ws_core::opcode::Opcode;

use crate::caller::outbox::Outgoing;
use crate::client::link::Link;
use crate::client::queue::queue;
use crate::client::requests::{Asker, RequestId, Requests, Subscription, bind};
use crate::error::{RequestError, Result};

/// Somebody waits for answers to a request: as long as this is there.
#[derive(Debug)]
pub(crate) struct Registration {
    link: Arc<Link>,
    id: RequestId,
}

/// Sends a message and waits for its answer.
pub(crate) async fn request<R: DeserializeOwned>(link: &Arc<Link>, message: &(impl Serialize + ?Sized)) -> Result<R> {
    let requests = link.requests()?;
    let (reply, replied) = oneshot::channel();
    let (registration, json) = register(link, requests, message, Asker::Reply(reply))?;
    let asking = async {
        send(link, &registration, &json).await?;
        // Whoever drops the sender without a word has closed the connection.
        bind(&replied.await.unwrap_or(Err(RequestError::Lost))?)
    };
    match requests.config.timeout {
        Some(duration) => timeout(duration, asking).await.map_err(|_| RequestError::Timeout)?,
        None => asking.await,
    }
}

/// Sends a message and returns the stream of its answers.
pub(crate) async fn subscribe<T: DeserializeOwned>(
    link: &Arc<Link>,
    message: &(impl Serialize + ?Sized),
) -> Result<Subscription<T>> {
    let requests = link.requests()?;
    let (feeder, inbox) = queue(requests.config.max_unread_size);
    let (end, ended) = oneshot::channel();
    let (registration, json) = register(link, requests, message, Asker::Items(feeder, end))?;
    match requests.config.timeout {
        Some(duration) => {
            timeout(duration, send(link, &registration, &json)).await.map_err(|_| RequestError::Timeout)??;
        }
        None => send(link, &registration, &json).await?,
    }
    Ok(Subscription::new(registration, inbox, ended))
}

/// Gives a message an id, and waits for what carries it from here on.
fn register(
    link: &Arc<Link>,
    requests: &Requests,
    message: &(impl Serialize + ?Sized),
    asker: Asker,
) -> Result<(Registration, String)> {
    let (id, json) = requests.encode(message)?;
    requests.register(id, asker)?;
    Ok((Registration { link: Arc::clone(link), id }, json))
}

async fn send(link: &Link, registration: &Registration, json: &str) -> Result<()> {
    link.write(Outgoing::Payload(Opcode::Text, json.as_bytes()), Some(registration.id)).await
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(requests) = &self.link.requests {
            requests.remove(self.id);
        }
        if let Some(courier) = self.link.courier() {
            courier.withdraw(self.id);
        }
    }
}
