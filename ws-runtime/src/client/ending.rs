//! What a client itself wants to know of a connection, beside whoever its messages are for: answers, pongs, and how it ends.

use std::io;
use std::sync::Arc;

use tokio::sync::oneshot;
use ws_core::close::CloseCode;

use crate::caller::Caller;
use crate::client::link::Link;
use crate::error::Error;
use crate::service::{Data, Event};

/// How a connection ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What the server said; [`CloseCode::ABNORMAL`] if it said nothing.
    pub(crate) code: CloseCode,
    pub(crate) reason: String,
    /// What ended the connection, if it was no closing handshake.
    pub(crate) error: Option<Error>,
    /// The server closed first.
    pub(crate) is_by_peer: bool,
}

/// Sees everything that a connection's service is told.
#[derive(Debug)]
pub(crate) struct Witness {
    link: Arc<Link>,
    error: Option<Error>,
    ended: Option<Ended>,
    report: Report,
}

/// Who hears how the connection ended.
#[derive(Debug)]
pub(crate) enum Report {
    /// Whoever reads: it was the only connection.
    Reader,
    /// Who decides whether there is another one.
    Supervisor(oneshot::Sender<Ended>),
}

impl Ended {
    /// The end of which nobody has told: the runtime has dropped the task of the connection.
    pub(crate) fn untold() -> Self {
        let error = Some(Error::Io(io::ErrorKind::ConnectionAborted.into()));
        Self { code: CloseCode::ABNORMAL, reason: String::new(), error, is_by_peer: false }
    }

    /// Returns whether we have closed the connection, and the server has answered.
    pub(crate) fn is_ours(&self) -> bool {
        !self.is_by_peer && self.error.is_none() && self.code != CloseCode::ABNORMAL
    }
}

impl Witness {
    pub(crate) fn new(link: Arc<Link>, report: Report) -> Self {
        Self { link, error: None, ended: None, report }
    }

    /// Takes note of an event. Returns whether it is for nobody else.
    pub(crate) async fn takes(&mut self, caller: &Caller, event: Event<'_>) -> bool {
        match event {
            Event::Text(Data::Text(text)) | Event::Dispatched(_, Data::Text(text), _) => match &self.link.requests {
                Some(requests) => requests.takes(caller, text).await,
                None => false,
            },
            Event::Pong(Data::Binary(payload)) => self.link.takes_pong(payload),
            Event::Error(error @ (Error::Io(_) | Error::Protocol(_)), _) => {
                self.error = Some(copy(error));
                false
            }
            Event::Close(code, reason) => {
                // An error of a callback did not end the connection.
                let error = self.error.take().filter(|_| code == CloseCode::ABNORMAL);
                let is_by_peer = caller.shared().is_peer_leaving();
                self.ended = Some(Ended { code, reason: reason.to_owned(), error, is_by_peer });
                false
            }
            _ => false,
        }
    }

    /// Notes that a callback has panicked, and so ended the connection.
    pub(crate) fn panicked(&mut self) {
        let error = Some(Error::Callback("the handler panicked".into()));
        self.ended = Some(Ended { code: CloseCode::ABNORMAL, reason: String::new(), error, is_by_peer: false });
    }
}

impl Drop for Witness {
    /// Tells how the connection has ended, when everybody else knows.
    fn drop(&mut self) {
        let ended = self.ended.take().unwrap_or_else(Ended::untold);
        match std::mem::replace(&mut self.report, Report::Reader) {
            Report::Reader => self.link.finish(ended),
            // Fails when the runtime has dropped the supervisor, which has told of the end then.
            Report::Supervisor(supervisor) => drop(supervisor.send(ended)),
        }
    }
}

/// Copies an error that the driver lends.
pub(crate) fn copy(error: &Error) -> Error {
    match error {
        Error::Protocol(error) => Error::Protocol(*error),
        Error::Io(error) => Error::Io(match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => error.kind().into(),
        }),
        Error::CloseTimeout => Error::CloseTimeout,
        Error::Callback(error) => Error::Callback(error.to_string().into()),
        _ => Error::Closed,
    }
}
