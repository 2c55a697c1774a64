//! One connection, from the 101 to the end of the TCP stream, in one task.
//!
//! Bytes come in through [`input`], become events, and go to the service's callbacks, one at a time and in order
//! ([`driver`]); what the callbacks write leaves through the outbox behind the [`Caller`]. All messages of one read are
//! handled before one write carries all the answers.

pub(crate) mod closing;
mod dispatch;
mod driver;
mod ending;
pub(crate) mod input;
pub(crate) mod read_ahead;
mod session;
mod span;
mod streams;
mod timers;
mod upkeep;

use std::io;
use std::sync::Arc;

use tokio::time::Instant;
use ws_core::close::{CloseCode, CloseFrame};
use ws_core::error::ProtocolError;
use ws_core::protocol::Protocol;

use crate::caller::Caller;
use crate::caller::outbox::Outbox;
use crate::caller::shared::{ConnectionInfo, Phase, Shared};
use crate::compression::Negotiated;
use crate::connection::input::Input;
use crate::connection::session::Session;
use crate::connection::span::Span;
use crate::connection::upkeep::Upkeep;
use crate::metrics::Open;
use crate::service::Service;
use crate::terms::Terms;
use crate::transport::{Reader, Writer};

pub(crate) use driver::run;

/// A connection whose handshake has ended.
#[derive(Debug)]
pub(crate) struct Connection {
    input: Input,
    session: Session,
    span: Span,
    _open: Open,
}

/// What a connection begins with.
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) info: ConnectionInfo,
    pub(crate) reader: Reader,
    pub(crate) writer: Writer,
    /// Bytes that came right behind the request, or behind its answer.
    pub(crate) read_ahead: bytes::Bytes,
    pub(crate) compression: Option<Negotiated>,
    pub(crate) terms: Arc<Terms>,
}

/// Why no more messages are handled.
#[derive(Debug)]
pub(crate) enum End {
    /// The server stops and does not wait any longer.
    Aborted,
    /// The peer broke the protocol.
    Failed(ProtocolError),
    /// The stream ended or broke without a close frame.
    Lost(Option<io::Error>),
    /// A callback panicked: the instance must not be used any more.
    Panicked,
    /// The peer sent a close frame.
    Received(CloseCode, String),
    /// We sent a close frame.
    Requested,
}

impl Connection {
    pub(crate) fn new<S: Service>(established: Established) -> Self {
        let Established { info, reader, writer, read_ahead, compression, terms } = established;
        let (inflation, compressor) = match compression {
            Some(Negotiated { inflation, compressor, .. }) => (Some(inflation), Some(Box::new(compressor))),
            None => (None, None),
        };
        let last_write = terms.idle_timeout.map(|_| Instant::now());
        let outbox = Outbox::new(writer, S::ROLE, Arc::clone(&terms.limits), compressor, last_write);
        let protocol = Protocol::new(S::ROLE, Arc::clone(&terms.limits)).with_inflation(inflation);
        let upkeep = Upkeep::new(&terms);
        let span = Span::new::<S>(&info);
        let open = terms.metrics.open();
        let shared = Arc::new(Shared::new(info, outbox, terms));
        Self {
            input: Input::new(reader, protocol, &read_ahead),
            session: Session { caller: Caller::new(shared), upkeep },
            span,
            _open: open,
        }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.session.caller
    }
}

impl Drop for Connection {
    /// Lets go of the socket, which the callers that are still around would keep open otherwise, and tells them. Also when the
    /// task is cancelled.
    fn drop(&mut self) {
        let shared = self.session.caller.shared();
        shared.end(Phase::Ended);
        shared.with_outbox(Outbox::discard);
    }
}

impl End {
    /// Queues the close frame that tells the peer, where there is one to send.
    fn tell_peer(&self, shared: &Shared) {
        match self {
            Self::Aborted | Self::Lost(_) | Self::Requested => {}
            Self::Failed(error) => shared.start_close(Some(&CloseFrame::from(error))),
            Self::Panicked => shared.start_close(Some(&CloseFrame::internal_error(""))),
            // The peer's code goes back, without its reason; if it gave none, none goes back.
            Self::Received(code, _) => shared.start_close(CloseFrame::new(code.as_u16(), "").ok().as_ref()),
        }
    }
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Lost(Some(error))
    }
}
