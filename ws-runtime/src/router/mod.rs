//! From an HTTP request to the service that it is for.
//!
//! A [`Router`] holds services without a socket: a [`Listener`](crate::Listener) has one inside, and as a [`tower_service::Service`]
//! it fits into any hyper or axum server. What is no upgrade to one of its services is answered with an error status, or goes
//! to the fallback.

#[cfg(feature = "http2")]
pub(crate) mod activity;
pub(crate) mod addresses;
mod body;
mod builder;
pub(crate) mod connections;
mod endpoint;
mod gate;
mod guard;
mod limits;
mod opening;
pub(crate) mod peer;
mod proxies;
pub(crate) mod response;
pub(crate) mod shutdown;
pub(crate) mod socket;

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Limited;
use tokio::task::JoinSet;
use ws_core::path;

use crate::auth::Auth;
use crate::compression::Compression;
use crate::error::{BoxError, ConfigError};
use crate::log;
use crate::metrics;
use crate::origins::Origins;
use crate::router::addresses::Addresses;
use crate::router::builder::{Fallback, Route};
use crate::router::connections::Connections;
use crate::router::endpoint::Handshake;
use crate::router::opening::Opening;
use crate::router::peer::{Peer, Source};
use crate::terms::Bounds;
use crate::upgrade::UpgradeRequest;

pub use body::Body;
pub use builder::RouterBuilder;
pub use limits::RequestLimits;
pub use proxies::TrustedProxies;
pub use shutdown::Shutdown;

/// Routes upgrade requests to WebSocket services.
///
/// Made by [`Router::builder`]. Cheap to clone; all clones are the same router. It is a [`tower_service::Service`], to be mounted in
/// an existing hyper or axum server:
///
/// ```no_run
/// # struct Echo;
/// # #[websocket::service(path = "/echo")]
/// # impl Echo {
/// #     #[upgrade] fn accept() -> Self { Echo }
/// #     #[remote] fn on_text_message(&mut self, text: String) -> String { text }
/// # }
/// # fn main() -> websocket::Result<()> {
/// let services = websocket::Router::builder().service::<Echo>().build()?;
/// // With axum: `axum::Router::new().route("/", …).fallback_service(services)`.
/// # drop(services);
/// # Ok(())
/// # }
/// ```
///
/// In a server that speaks HTTP/2, a service is reached over it too, with the feature `http2`. hyper's `enable_connect_protocol` must be
/// on, as it is in axum, and `TCP_NODELAY` should be set, or small messages are slow: hyper and axum leave that to you. A service then
/// sees no [`remote_addr`](UpgradeRequest::remote_addr), which such a connection does not tell.
#[derive(Clone)]
pub struct Router {
    shared: Arc<Shared>,
}

struct Shared {
    routes: matchit::Router<Route>,
    fallback: Option<Box<dyn Fallback>>,
    config: Config,
    connections: Connections,
    addresses: Addresses,
}

/// The settings of a router.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) limits: RequestLimits,
    /// `None` is off.
    pub(crate) handshake_timeout: Option<Duration>,
    pub(crate) compression: Compression,
    pub(crate) bounds: Bounds,
    pub(crate) origins: Origins,
    /// Who may connect to services that do not say so themselves.
    pub(crate) auth: Arc<Auth>,
    pub(crate) proxies: TrustedProxies,
    /// WebSocket connections; `None` is no limit.
    pub(crate) max_connections: Option<usize>,
    /// TCP connections of each address; `None` is no limit.
    pub(crate) max_connections_per_address: Option<usize>,
    /// What those are told for whom there is no room.
    pub(crate) retry_after: Duration,
    /// Connections that are closed at once when the server stops.
    pub(crate) shutdown_batch: usize,
}

impl Config {
    /// # Errors
    /// The first setting that is out of its range.
    fn check(&self) -> Result<(), ConfigError> {
        self.limits.check()?;
        self.auth.prepare(None)?;
        self.bounds.check()?;
        let mistakes = [
            self.compression.mistake(),
            self.origins.mistake().map(|reason| ("origins", reason)),
            self.proxies.mistake().map(|reason| ("trusted_proxies", reason)),
            (self.max_connections == Some(0)).then_some(("max_connections", "must be at least 1")),
            (self.max_connections_per_address == Some(0))
                .then_some(("max_connections_per_address", "must be at least 1")),
            (self.shutdown_batch == 0).then_some(("shutdown_batch", "must be at least 1")),
        ];
        match mistakes.into_iter().flatten().next() {
            None => Ok(()),
            Some((key, reason)) => Err(ConfigError::Listener { key, reason }),
        }
    }
}

impl Router {
    /// Starts to build a router.
    pub fn builder() -> RouterBuilder {
        RouterBuilder::new()
    }

    /// Closes every connection with 1001, and waits until all have ended, their `on_close` included. Those that have not after this
    /// time are broken off. Returns how many of each there were. A connection that is opened later is closed at once.
    ///
    /// For a router in somebody else's server: that server knows nothing of connections that have been upgraded, and does not wait for
    /// them. Let it stop to accept, and then call this. [`BoundListener::serve_until`](crate::BoundListener::serve_until) does both.
    ///
    /// Connections are closed in [batches](RouterBuilder::shutdown_batch), in an order and with pauses drawn at random, so that clients that
    /// reconnect do not do so all at once.
    pub async fn shut_down(&self, timeout: Duration) -> Shutdown {
        shutdown::shut_down(timeout, self.config().shutdown_batch, self.connections(), JoinSet::new()).await
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.shared.connections
    }

    pub(crate) fn addresses(&self) -> &Addresses {
        &self.shared.addresses
    }

    pub(crate) fn config(&self) -> &Config {
        &self.shared.config
    }

    async fn respond<B>(self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let Shared { routes, fallback, config, .. } = &*self.shared;
        let peer = request.extensions().get::<Peer>().map(|peer| peer.remote_addr);
        if let Err(status) = config.limits.check_request(request.uri(), request.headers()) {
            return refused(response::status(status), None, peer, "request is over a limit");
        }
        let path = path::canonical(request.uri().path());
        let found = path.as_deref().and_then(|path| routes.at(path).ok());
        match (found, fallback) {
            (Some(found), _) => {
                let parameters = found.value.parameters(&found.params);
                self.upgrade(found.value, parameters, peer, request).await
            }
            (None, Some(fallback)) => fallback.call(self.limit_body(request)).await,
            (None, None) => refused(response::status(StatusCode::NOT_FOUND), None, peer, "no service has this path"),
        }
    }

    /// Checks the handshake before any code of the user's runs.
    async fn upgrade<B>(
        &self,
        route: &Route,
        parameters: Vec<(&'static str, String)>,
        peer: Option<SocketAddr>,
        mut request: Request<B>,
    ) -> Response<Body> {
        let path = Some(route.path);
        let opening = match Opening::of(&request) {
            Ok(opening) => opening,
            Err(error) => return refused(response::bad_handshake(error, request.version()), path, peer, error),
        };
        let on_upgrade = hyper::upgrade::on(&mut request);
        let (parts, _) = request.into_parts();
        let Shared { config, connections, addresses, .. } = &*self.shared;
        let from = parts.extensions.get::<Peer>();
        let source = Source::of(from, &config.proxies, addresses, &parts.uri, &parts.headers);
        let Ok(source) = source else {
            let response = response::overloaded(StatusCode::TOO_MANY_REQUESTS, config.retry_after);
            return refused(response, path, peer, "address has all its connections");
        };
        let is_secure = source.is_secure.unwrap_or_default();
        let request = UpgradeRequest::new(parts, parameters, source.remote_addr, is_secure, source.tls.clone());
        route.endpoint.upgrade(Handshake { request, source, opening, on_upgrade, config, connections }).await
    }

    fn limit_body<B>(&self, request: Request<B>) -> Request<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let limit = self.shared.config.limits.body_limit();
        request.map(|body| match limit {
            Some(limit) => Body::new(Limited::new(body, limit)),
            None => Body::new(body),
        })
    }
}

/// Takes note of a response that refuses a request. The reason does not say what the request has in it.
fn refused(
    response: Response<Body>,
    path: Option<&'static str>,
    peer: Option<SocketAddr>,
    reason: impl fmt::Display,
) -> Response<Body> {
    log::request_refused(path, peer, response.status(), reason);
    metrics::count_request(path, response.status());
    response
}

impl<B> tower_service::Service<Request<B>> for Router
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let router = self.clone();
        Box::pin(async move { Ok(router.respond(request).await) })
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("config", &self.shared.config).finish_non_exhaustive()
    }
}
