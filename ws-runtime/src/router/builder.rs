//! Puts a router together, and finds what does not fit.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use ws_core::path::{self, Segment, Template};

use crate::auth::Auth;
use crate::compression::Compression;
use crate::error::{BoxError, ConfigError, Result};
use crate::future::BoxedFuture;
use crate::log;
use crate::origins::Origins;
use crate::router::addresses::Addresses;
use crate::router::body::Body;
use crate::router::connections::Connections;
use crate::router::endpoint::{Endpoint, Registered};
use crate::router::limits::RequestLimits;
use crate::router::{Config, Router, Shared, TrustedProxies, response};
use crate::service::{Descriptor, NoState, Service};
use crate::terms::{Bounds, SlowReceivers};

/// Builds a [`Router`].
#[must_use = "a builder does nothing until it is built"]
pub struct RouterBuilder {
    services: Vec<Registration>,
    fallback: Option<Box<dyn Fallback>>,
    config: Config,
}

struct Registration {
    descriptor: &'static Descriptor,
    endpoint: Result<Box<dyn Endpoint>, ConfigError>,
}

/// Where a path leads to.
pub(crate) struct Route {
    /// The template.
    pub(crate) path: &'static str,
    parameters: Vec<&'static str>,
    pub(crate) endpoint: Box<dyn Endpoint>,
}

impl RouterBuilder {
    pub(crate) fn new() -> Self {
        let config = Config {
            limits: RequestLimits::new(),
            handshake_timeout: Some(Duration::from_mins(2)),
            compression: Compression::default(),
            bounds: Bounds::new(),
            origins: Origins::same(),
            auth: Arc::new(Auth::none()),
            proxies: TrustedProxies::none(),
            max_connections: None,
            max_connections_per_address: None,
            retry_after: Duration::from_secs(10),
            shutdown_batch: 250,
        };
        Self { services: Vec::new(), fallback: None, config }
    }

    /// Adds a service that has no shared state.
    pub fn service<S: Service>(self) -> Self
    where
        S::State: NoState,
    {
        self.service_with::<S>(S::State::nothing())
    }

    /// Adds a service with the state that all its connections share.
    pub fn service_with<S: Service>(mut self, state: S::State) -> Self {
        let descriptor = &S::DESCRIPTOR;
        let endpoint = S::settings()
            .check(descriptor.name)
            .map(|settings| Box::new(Registered::<S>::new(state, settings)) as Box<dyn Endpoint>);
        self.services.push(Registration { descriptor, endpoint });
        self
    }

    /// Sends every request whose path belongs to no service to this tower service, an `axum::Router` for instance. Without a
    /// fallback such a request gets 404.
    pub fn fallback<F, B>(mut self, fallback: F) -> Self
    where
        F: tower_service::Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        F::Error: Into<BoxError>,
        F::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.fallback = Some(Box::new(fallback));
        self
    }

    /// Limits the size of requests. Default: [`RequestLimits::new`].
    pub fn request_limits(mut self, limits: RequestLimits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Limits how long an upgrade function may take; after that the answer is 503. Default 120 s;
    /// [`Duration::ZERO`] is no limit.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        // Much longer ones would not be a point in time any more.
        const LONGEST: Duration = Duration::from_hours(24 * 365);
        self.config.handshake_timeout = Some(timeout.min(LONGEST)).filter(|timeout| !timeout.is_zero());
        self
    }

    /// Chooses which web pages may connect, unless the service chooses itself. Default: [`Origins::same`].
    pub fn origins(mut self, origins: Origins) -> Self {
        self.config.origins = origins;
        self
    }

    /// Chooses who may connect to services that do not choose themselves, which a service does with the key `auth` alone. The fallback
    /// is not asked: it decides itself. Default: [`Auth::none`].
    pub fn auth(mut self, auth: Auth) -> Self {
        self.config.auth = Arc::new(auth);
        self
    }

    /// Limits how many WebSocket connections are open at once, those in their upgrade included: more are refused with 503 and
    /// `Retry-After`, before any code of the service runs. At least 1; default no limit.
    pub fn max_connections(mut self, count: usize) -> Self {
        self.config.max_connections = Some(count);
        self
    }

    /// Sets the `Retry-After` of those for whom there is no room, rounded up to seconds. Default 10 s.
    pub fn retry_after(mut self, time: Duration) -> Self {
        self.config.retry_after = time;
        self
    }

    pub(crate) fn max_connections_per_address(mut self, count: usize) -> Self {
        self.config.max_connections_per_address = Some(count);
        self
    }

    pub(crate) fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.config.proxies = proxies;
        self
    }

    /// Sets how much a connection's outgoing buffer holds before its writers wait. One message may go over the mark, so that a
    /// message larger than it can be written. Bytes; default 65 536.
    pub fn high_water_mark(mut self, bytes: usize) -> Self {
        self.config.bounds.high_water_mark = bytes;
        self
    }

    /// Sets how much a connection's outgoing buffer still holds when the writers that had to wait go on. Bytes, at most the high-water
    /// mark; default a quarter of it.
    pub fn low_water_mark(mut self, bytes: usize) -> Self {
        self.config.bounds.low_water_mark = Some(bytes);
        self
    }

    /// Chooses what becomes of connections whose peer reads too slowly. Default: [`SlowReceivers::Wait`].
    pub fn slow_receivers(mut self, policy: SlowReceivers) -> Self {
        self.config.bounds.slow_receivers = policy;
        self
    }

    /// Limits the frames of one message: more of them close the connection with 1008. At least 1; default 65 536.
    pub fn max_fragments(mut self, count: u32) -> Self {
        self.config.bounds.max_fragments = count;
        self
    }

    /// Limits the pings and pongs that a peer sends in a second: more of them close the connection with 1008. At least 1; default
    /// 1000.
    pub fn max_control_frames(mut self, per_second: u32) -> Self {
        self.config.bounds.max_control_frames = per_second;
        self
    }

    /// Limits the streamed replies that run at once on a connection: one more is an [`Error::TooManyStreams`](crate::Error::TooManyStreams),
    /// which goes to `on_error`. At least 1; default 1000.
    pub fn max_streams(mut self, count: usize) -> Self {
        self.config.bounds.max_streams = count;
        self
    }

    /// Limits what is read ahead while a callback runs, so that pings are answered and the end of the connection is noticed
    /// meanwhile. Bytes; default 65 536. 0 reads nothing ahead.
    pub fn read_ahead_limit(mut self, bytes: usize) -> Self {
        self.config.bounds.read_ahead_limit = bytes;
        self
    }

    /// Limits how much of each payload the log shows to whoever turns on the target `websocket::traffic`, which logs every message and
    /// control frame. Bytes; default 256; 0 shows the lengths alone.
    pub fn traffic_payload_limit(mut self, bytes: usize) -> Self {
        self.config.bounds.traffic_payload_limit = bytes;
        self
    }

    /// Sets how many connections [`Router::shut_down`] closes at once. The next go 25 to 75 ms later. The batches of a router that has
    /// so many connections that this would take more than half of the time are larger. At least 1; default 250.
    pub fn shutdown_batch(mut self, connections: usize) -> Self {
        self.config.shutdown_batch = connections;
        self
    }

    /// Chooses how messages are compressed, unless the service chooses itself. Default: [`Compression::shared`].
    #[cfg(feature = "deflate")]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.config.compression = compression;
        self
    }

    /// Checks everything and makes the router.
    ///
    /// # Errors
    /// [`ConfigError`] for the first setting that is out of its range, and for two services whose paths are ambiguous.
    pub fn build(self) -> Result<Router> {
        self.config.check()?;
        let mut routes = matchit::Router::new();
        let mut known: Vec<(String, &'static Descriptor)> = Vec::new();
        for Registration { descriptor, endpoint } in self.services {
            let endpoint = endpoint?;
            let template = Template::parse(descriptor.path).map_err(|_| ConfigError::Service {
                service: descriptor.name,
                key: "path",
                reason: "is invalid",
            })?;
            let pattern = pattern(&template);
            let parameters = template.parameters().collect();
            if let Err(error) = routes.insert(pattern.clone(), Route { path: descriptor.path, parameters, endpoint }) {
                return Err(ambiguous(&error, &known, descriptor).into());
            }
            known.push((pattern, descriptor));
        }
        let Self { fallback, config, .. } = self;
        let connections = Connections::default();
        let addresses = Addresses::new(config.max_connections_per_address);
        Ok(Router { shared: Arc::new(Shared { routes, fallback, config, connections, addresses }) })
    }
}

impl std::fmt::Debug for RouterBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let services: Vec<_> = self.services.iter().map(|service| service.descriptor.path).collect();
        f.debug_struct("RouterBuilder")
            .field("services", &services)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Writes a template as a pattern of the routing tree, in the spelling of [`path::canonical`].
fn pattern(template: &Template<'_>) -> String {
    if template.segments().is_empty() {
        return "/".to_owned();
    }
    let segments = template.segments().iter().map(|segment| match segment {
        Segment::Literal(text) => format!("/{text}"),
        Segment::Parameter(name) => format!("/{{{name}}}"),
        Segment::Rest(name) => format!("/{{*{name}}}"),
    });
    segments.collect()
}

/// Names the two services whose paths match the same requests.
fn ambiguous(
    error: &matchit::InsertError,
    known: &[(String, &'static Descriptor)],
    second: &'static Descriptor,
) -> ConfigError {
    let conflict = match error {
        matchit::InsertError::Conflict { with } => known.iter().find(|(pattern, _)| pattern == with),
        _ => None,
    };
    match conflict {
        Some((_, first)) => {
            ConfigError::AmbiguousPath { first: first.name, other: first.path, second: second.name, path: second.path }
        }
        None => ConfigError::Service { service: second.name, key: "path", reason: "cannot be routed" },
    }
}

impl Route {
    /// Finds the values of the path parameters, percent-decoded.
    pub(crate) fn parameters(&self, found: &matchit::Params<'_, '_>) -> Vec<(&'static str, String)> {
        let decode = |name: &'static str| Some((name, path::decode(found.get(name)?).into_owned()));
        self.parameters.iter().copied().filter_map(decode).collect()
    }
}

/// A tower service for plain HTTP, whatever its type.
pub(crate) trait Fallback: Send + Sync {
    fn call(&self, request: Request<Body>) -> BoxedFuture<'static, Response<Body>>;
}

impl<F, B> Fallback for F
where
    F: tower_service::Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    F::Error: Into<BoxError>,
    F::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn call(&self, request: Request<Body>) -> BoxedFuture<'static, Response<Body>> {
        let mut service = self.clone();
        Box::pin(async move {
            if let Err(error) = poll_fn(|cx| service.poll_ready(cx)).await {
                return failure(&error.into());
            }
            match tower_service::Service::call(&mut service, request).await {
                Ok(response) => response.map(Body::new),
                Err(error) => failure(&error.into()),
            }
        })
    }
}

fn failure(error: &BoxError) -> Response<Body> {
    log::fallback_failed(error);
    response::status(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_become_patterns() {
        let table = [("/", "/"), ("/chat/<name>", "/chat/{name}"), ("/a/<b>/<rest..>", "/a/{b}/{*rest}")];
        for (template, expected) in table {
            assert_eq!(pattern(&Template::parse(template).unwrap()), expected);
        }
    }
}
