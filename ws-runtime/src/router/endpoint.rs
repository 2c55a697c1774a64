//! One registered service: takes an upgrade request to its answer, and an accepted one to its connection.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;

use http::{Response, StatusCode};
use hyper::upgrade::{OnUpgrade, Upgraded};
use ws_core::close::CloseFrame;
use ws_core::handshake;

use crate::caller::login::Login;
use crate::caller::shared::ConnectionInfo;
use crate::caller::{Caller, ConnectionId};
use crate::compression::Negotiated;
use crate::connection::{self, Connection, Established};
use crate::future::BoxedFuture;
use crate::log;
use crate::metrics::{self, Metrics};
use crate::router::body::Body;
use crate::router::connections::{Connections, Ticket};
use crate::router::guard::guarded;
use crate::router::opening::Opening;
use crate::router::peer::Source;
use crate::router::response;
use crate::router::socket::Socket;
use crate::router::{Config, gate, refused};
use crate::service::{Accept, Service, Settings, UpgradeResult};
use crate::terms::Terms;
use crate::upgrade::{UpgradeError, UpgradeRequest};

/// A registered service, whatever its type.
pub(crate) trait Endpoint: Send + Sync {
    /// Answers a valid upgrade request and, if the answer is 101, spawns the connection.
    fn upgrade<'a>(&'a self, handshake: Handshake<'a>) -> BoxedFuture<'a, Response<Body>>;
}

/// A valid upgrade request, and what its connection needs.
pub(crate) struct Handshake<'a> {
    pub(crate) request: UpgradeRequest,
    pub(crate) source: Source,
    pub(crate) opening: Opening,
    pub(crate) on_upgrade: OnUpgrade,
    pub(crate) config: &'a Config,
    pub(crate) connections: &'a Connections,
}

/// A service with its state.
pub(crate) struct Registered<S: Service> {
    state: S::State,
    settings: Settings,
    /// Made with the first connection, and the same for all.
    terms: OnceLock<Arc<Terms>>,
}

impl<S: Service> Endpoint for Registered<S> {
    fn upgrade<'a>(&'a self, handshake: Handshake<'a>) -> BoxedFuture<'a, Response<Body>> {
        Box::pin(async move {
            let mut handshake = handshake;
            let Handshake { request, source, config, connections, .. } = &handshake;
            let config: &Config = config;
            let origins = self.settings.origins.as_ref().unwrap_or(&config.origins);
            let (path, peer) = (Some(S::DESCRIPTOR.path), source.remote_addr);
            if let Err(error) = origins.check(source.reached(), request.headers()) {
                let error = error.to_string();
                return refused(response::refusal(UpgradeError::forbidden(error.clone())), path, peer, error);
            }
            let Some(ticket) = connections.ticket(config.max_connections, source.holds()) else {
                let response = response::overloaded(StatusCode::SERVICE_UNAVAILABLE, config.retry_after);
                return refused(response, path, peer, "server has all its connections");
            };
            let auth = self.settings.auth.as_ref().unwrap_or(&config.auth);
            let login = match gate::identify(auth, S::DESCRIPTOR.path, &mut handshake.request, config).await {
                Ok(login) => login,
                Err(response) => return response,
            };
            match self.accept(&handshake).await {
                Ok(accept) => self.establish(accept, login, handshake, ticket),
                Err(error) => refused(response::refusal(error), path, peer, "upgrade function does not accept"),
            }
        })
    }
}

impl<S: Service> Registered<S> {
    pub(crate) fn new(state: S::State, settings: Settings) -> Self {
        Self { state, settings, terms: OnceLock::new() }
    }

    /// Runs the upgrade function. A panic in it and one that takes too long refuse this request alone.
    async fn accept(&self, handshake: &Handshake<'_>) -> UpgradeResult<S> {
        let accepted = guarded(handshake.config.handshake_timeout, S::upgrade(&handshake.request, &self.state)).await;
        accepted.unwrap_or_else(|failure| {
            log::upgrade_failed(S::DESCRIPTOR.path, S::DESCRIPTOR.name, failure.as_str());
            Err(UpgradeError::from(failure.status()))
        })
    }

    /// Answers that it is accepted, and spawns the connection.
    fn establish(
        &self,
        accept: Accept<S>,
        login: Option<Box<Login>>,
        handshake: Handshake<'_>,
        ticket: Ticket,
    ) -> Response<Body> {
        let Handshake { request, opening, on_upgrade, config, .. } = handshake;
        let Ok(id) = ConnectionId::random() else {
            log::no_randomness();
            let response = response::status(StatusCode::INTERNAL_SERVER_ERROR);
            return refused(response, Some(S::DESCRIPTOR.path), request.remote_addr(), "no connection id");
        };
        let Accept { service, headers } = accept;
        let subprotocol = handshake::server::choose_subprotocol(request.headers(), S::DESCRIPTOR.subprotocols);
        let mut compression = self.settings.compression.unwrap_or(config.compression).negotiate(request.headers());
        let extensions = compression.as_mut().map(|negotiated| std::mem::take(&mut negotiated.answer));
        let (remote_addr, is_secure, tls) = (request.remote_addr(), request.is_secure(), request.shared_tls().cloned());
        let starting = Starting {
            info: ConnectionInfo { id, subprotocol: subprotocol.map(Box::from), remote_addr, is_secure, tls, login },
            compression,
            terms: Arc::clone(self.terms.get_or_init(|| Arc::new(terms::<S>(&self.settings, config)))),
            ticket,
        };
        metrics::count_request(Some(S::DESCRIPTOR.path), StatusCode::SWITCHING_PROTOCOLS);
        tokio::spawn(start(service, starting, on_upgrade));
        response::accepted(&opening, headers, subprotocol, extensions.as_deref())
    }
}

/// A connection whose 101 is under way.
struct Starting {
    info: ConnectionInfo,
    compression: Option<Negotiated>,
    terms: Arc<Terms>,
    ticket: Ticket,
}

fn terms<S: Service>(settings: &Settings, config: &Config) -> Terms {
    Terms {
        idle_timeout: settings.idle_timeout,
        closure_timeout: settings.connection_closure_timeout,
        ping_interval: settings.ping_interval,
        pong_timeout: settings.pong_timeout,
        service_answers_pings: S::DESCRIPTOR.answers_pings,
        limits: config.bounds.limits(settings.max_frame_size, settings.max_message_size),
        bounds: config.bounds,
        metrics: Metrics::new(S::DESCRIPTOR.path, S::DESCRIPTOR.routes),
    }
}

/// A connection whose 101 is written.
struct Opened<S> {
    service: Option<S>,
    connection: Connection,
    _ticket: Ticket,
}

/// Makes the task of a connection. A function that returns a block, not an `async fn`: that would hold its arguments twice.
fn start<S: Service>(service: S, starting: Starting, on_upgrade: OnUpgrade) -> impl Future<Output = ()> + Send {
    // Boxed apart, so that the memory of the handshake is free once the connection is open.
    let opening = Box::pin(open(service, starting, on_upgrade));
    async move {
        let Some(mut opened) = opening.await else { return };
        let Opened { service, connection, .. } = &mut *opened;
        connection::run(service, connection).await;
    }
}

/// Waits for the 101 to be written.
async fn open<S: Service>(service: S, starting: Starting, on_upgrade: OnUpgrade) -> Option<Box<Opened<S>>> {
    match on_upgrade.await {
        Ok(upgraded) => {
            let (connection, ticket) = starting.connect::<S>(upgraded);
            if connection.caller().identity().is_some() {
                tokio::spawn(close_when_expired(connection.caller().clone()));
            }
            Some(Box::new(Opened { service: Some(service), connection, _ticket: ticket }))
        }
        Err(error) => {
            log::upgrade_lost(S::DESCRIPTOR.path, S::DESCRIPTOR.name, &error);
            None
        }
    }
}

/// Closes a connection when the credentials that let it in have expired, whether it says something or not.
async fn close_when_expired(caller: Caller) {
    let Some(login) = &caller.shared().login else { return };
    let mut expired = pin!(login.expired());
    let mut closed = pin!(caller.closed());
    let is_expired = poll_fn(|cx| match closed.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(false),
        Poll::Pending => expired.as_mut().poll(cx).map(|()| true),
    });
    if is_expired.await {
        caller.start_close(&CloseFrame::policy_violation("credentials have expired"));
    }
}

impl Starting {
    fn connect<S: Service>(self, upgraded: Upgraded) -> (Connection, Ticket) {
        let Self { mut info, compression, terms, ticket } = self;
        let Socket { reader, writer, read_ahead, remote_addr, tls } = Socket::new(upgraded);
        info.remote_addr = info.remote_addr.or(remote_addr);
        if info.tls.is_none() {
            // A server that we are mounted in does not tell before.
            info.is_secure |= tls.is_some();
            info.tls = tls;
        }
        let established = Established { info, reader, writer, read_ahead, compression, terms };
        let connection = Connection::new::<S>(established);
        ticket.admit(connection.caller());
        (connection, ticket)
    }
}
