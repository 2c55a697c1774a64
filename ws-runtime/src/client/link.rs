//! What the ends of a client share: those who read, those who write, and the tasks of its connections.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Response;
use tokio::sync::SetOnce;
use tokio::time::timeout;
use ws_core::close::{CloseCode, CloseFrame};

use crate::caller::Caller;
use crate::caller::outbox::Outgoing;
use crate::caller::shared::{Admission, Phase, lock};
use crate::client::ending::Ended;
use crate::client::requests::{RequestId, Requests};
use crate::client::retry::Courier;
use crate::error::{Error, RequestError, Result};

#[derive(Debug)]
pub(crate) struct Link {
    way: Way,
    /// `None` waits for ever.
    write_timeout: Option<Duration>,
    pub(crate) requests: Option<Requests>,
    pub(crate) attributes: Mutex<http::Extensions>,
    /// What ended the client, if it was no closing handshake; until it is read.
    error: Mutex<Option<Error>>,
    /// How the last connection ended.
    status: SetOnce<(CloseCode, String)>,
}

/// How a message gets to the server.
#[derive(Debug)]
pub(crate) enum Way {
    /// By the only connection that there is.
    Direct(Caller, Arc<Response<()>>),
    /// By the one that there is just now.
    Retried(Box<Courier>),
}

impl Link {
    pub(crate) fn new(way: Way, write_timeout: Option<Duration>, requests: Option<Requests>) -> Self {
        Self {
            way,
            write_timeout,
            requests,
            attributes: Mutex::default(),
            error: Mutex::default(),
            status: SetOnce::new(),
        }
    }

    /// Writes as soon as there is room.
    pub(crate) async fn write(&self, outgoing: Outgoing<'_>, request: Option<RequestId>) -> Result<()> {
        let writing = async {
            match &self.way {
                Way::Direct(caller, _) => caller.shared().push_when_drained(outgoing).await,
                Way::Retried(courier) => courier.write(outgoing, request).await,
            }
        };
        match self.write_timeout {
            Some(duration) => timeout(duration, writing).await.map_err(|_| Error::WriteTimeout)?,
            None => writing.await,
        }
    }

    /// Writes without waiting.
    pub(crate) fn try_write(&self, outgoing: Outgoing<'_>) -> Result<()> {
        match &self.way {
            Way::Direct(caller, _) => Ok(caller.shared().push(outgoing, Admission::BelowMark)?),
            Way::Retried(courier) => courier.try_write(outgoing, None),
        }
    }

    /// Returns the connection of the moment, or the last one.
    pub(crate) fn caller(&self) -> Caller {
        match &self.way {
            Way::Direct(caller, _) => caller.clone(),
            Way::Retried(courier) => courier.caller(),
        }
    }

    pub(crate) fn response(&self) -> Arc<Response<()>> {
        match &self.way {
            Way::Direct(_, response) => Arc::clone(response),
            Way::Retried(courier) => courier.response(),
        }
    }

    /// # Errors
    /// [`RequestError::NoField`].
    pub(crate) fn requests(&self) -> Result<&Requests> {
        self.requests.as_ref().ok_or(Error::Request(RequestError::NoField))
    }

    /// Returns whatever writes to changing connections.
    pub(crate) fn courier(&self) -> Option<&Courier> {
        match &self.way {
            Way::Direct(..) => None,
            Way::Retried(courier) => Some(courier),
        }
    }

    /// Closes the connection, for good.
    pub(crate) async fn close(&self, frame: &CloseFrame) -> Result<()> {
        let is_between = self.courier().is_some_and(|courier| !courier.is_connected());
        self.start_close(frame);
        let closed = if is_between && self.status().is_none() {
            Err(Error::Io(std::io::ErrorKind::NotConnected.into()))
        } else {
            let caller = self.caller();
            caller.shared().ended().await;
            if caller.shared().phase() == Phase::TimedOut { Err(Error::CloseTimeout) } else { Ok(()) }
        };
        self.ended().await;
        closed
    }

    pub(crate) fn start_close(&self, frame: &CloseFrame) {
        if let Some(courier) = self.courier() {
            courier.stop();
        }
        self.caller().start_close(frame);
    }

    /// Resolves when the client hears nothing more; also when it is only known that it will not.
    pub(crate) async fn closed(&self) {
        if let Way::Direct(caller, _) = &self.way {
            caller.closed().await;
            if caller.shared().phase() < Phase::Ended {
                return;
            }
        }
        self.ended().await;
    }

    /// Takes note of a pong. Returns whether it answers a ping of the client's own.
    pub(crate) fn takes_pong(&self, payload: &[u8]) -> bool {
        self.courier().is_some_and(|courier| courier.takes_pong(payload))
    }

    /// Notes how the last connection ended. Only the first time counts.
    pub(crate) fn finish(&self, ended: Ended) {
        if let Some(requests) = &self.requests {
            requests.lose(|_| false);
        }
        let mut error = lock(&self.error);
        if self.status.set((ended.code, ended.reason)).is_ok() {
            *error = ended.error;
        }
    }

    /// Resolves when the end has been told.
    pub(crate) async fn ended(&self) {
        self.status.wait().await;
    }

    /// Returns how the last connection ended.
    pub(crate) fn status(&self) -> Option<(CloseCode, &str)> {
        self.status.get().map(|(code, reason)| (*code, reason.as_str()))
    }

    pub(crate) fn take_error(&self) -> Option<Error> {
        lock(&self.error).take()
    }
}
