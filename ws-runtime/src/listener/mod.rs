//! A socket, and the services behind it.

mod accept;
mod admission;
mod bound;
#[cfg(feature = "config")]
mod config;
#[cfg(feature = "http2")]
mod http2;
mod serve;
#[cfg(feature = "rustls")]
mod tls;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};

use crate::auth::Auth;
#[cfg(feature = "deflate")]
use crate::compression::Compression;
use crate::error::{BoxError, ConfigError, Error, Result};
use crate::listener::accept::Acceptor;
use crate::origins::Origins;
use crate::router::{Body, RequestLimits, Router, RouterBuilder, TrustedProxies};
use crate::service::{NoState, Service};
use crate::terms::SlowReceivers;

pub use bound::BoundListener;
#[cfg(feature = "config")]
pub use config::ListenerConfig;
#[cfg(feature = "http2")]
pub use http2::Http2Config;
pub use serve::KeepAlive;
#[cfg(feature = "rustls")]
pub use tls::{ClientCertificates, TlsConfig, TlsReloader};

/// Listens on a port and serves WebSocket services on it.
///
/// ```no_run
/// # #[derive(Default)]
/// # struct Echo;
/// # #[websocket::service(path = "/echo")]
/// # impl Echo {
/// #     #[remote] fn on_text_message(&mut self, text: String) -> String { text }
/// # }
/// # async fn example() -> websocket::Result<()> {
/// websocket::Listener::new(9090).service::<Echo>().serve().await
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a listener does nothing until it is bound"]
pub struct Listener {
    host: String,
    port: u16,
    backlog: u32,
    accept_rate: Option<u32>,
    max_http_connections: usize,
    keep_alive: KeepAlive,
    server_name: Option<String>,
    handshake_timeout: Duration,
    shutdown_timeout: Duration,
    /// In the settings that were read from a file.
    mistake: Option<ConfigError>,
    #[cfg(feature = "http2")]
    http2: Option<Http2Config>,
    #[cfg(feature = "rustls")]
    tls: Option<TlsConfig>,
    router: RouterBuilder,
}

/// What the accept loop needs to know.
#[derive(Clone, Debug)]
pub(crate) struct ServerConfig {
    pub(crate) server_name: Option<HeaderValue>,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) keep_alive: KeepAlive,
    pub(crate) max_http_connections: usize,
    #[cfg(feature = "http2")]
    pub(crate) http2: Option<Http2Config>,
    #[cfg(feature = "rustls")]
    pub(crate) tls: Option<tls::Tls>,
}

impl Listener {
    /// Listens on this port; 0 takes any free one, which [`BoundListener::local_addr`] tells.
    pub fn new(port: u16) -> Self {
        Self::builder().port(port)
    }

    /// Starts with the defaults: any free port of every interface.
    pub fn builder() -> Self {
        Self {
            host: "0.0.0.0".to_owned(),
            port: 0,
            backlog: 1024,
            accept_rate: None,
            max_http_connections: 10_000,
            keep_alive: KeepAlive::default(),
            server_name: None,
            handshake_timeout: Duration::from_mins(2),
            shutdown_timeout: Duration::from_secs(30),
            mistake: None,
            #[cfg(feature = "http2")]
            http2: None,
            #[cfg(feature = "rustls")]
            tls: None,
            router: Router::builder(),
        }
    }

    /// Sets the host name or address to listen on. Default `0.0.0.0`.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Sets the port to listen on. Default 0: any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Limits how long a client may take to send the head of a request, and an upgrade function to answer it; the first breaks
    /// the connection off, the second is answered with 503. Default 120 s; [`Duration::ZERO`] is no limit.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Limits how long [`BoundListener::serve_until`] waits for connections to end before it breaks them off. Default 30 s.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }

    /// Sets how many connections [`BoundListener::serve_until`] closes at once. The next go 25 to 75 ms later. The batches of a server
    /// that has so many connections that this would take more than half of [`shutdown_timeout`](Self::shutdown_timeout) are larger.
    /// At least 1; default 250.
    pub fn shutdown_batch(mut self, connections: usize) -> Self {
        self.router = self.router.shutdown_batch(connections);
        self
    }

    /// Sets the `Server` header of every response. Default: none.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Serves over TLS alone: `https://` and `wss://`. Default: plain HTTP alone.
    #[cfg(feature = "rustls")]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Serves HTTP/2 beside HTTP/1.1. Default: HTTP/1.1 alone.
    #[cfg(feature = "http2")]
    pub fn http2(mut self, http2: Http2Config) -> Self {
        self.http2 = Some(http2);
        self
    }

    /// Chooses whether a TCP connection serves several HTTP requests. Default: [`KeepAlive::Auto`].
    pub fn keep_alive(mut self, keep_alive: KeepAlive) -> Self {
        self.keep_alive = keep_alive;
        self
    }

    /// Sets how many connections the operating system may hold that are not accepted yet. At least 1; default 1024. Many systems
    /// have a limit of their own, `net.core.somaxconn` on Linux.
    pub fn backlog(mut self, connections: u32) -> Self {
        self.backlog = connections;
        self
    }

    /// Limits how many connections are accepted in a second: evenly, in bursts of at most a tenth of them. More wait in the
    /// [`backlog`](Self::backlog). At least 1; default no limit.
    pub fn accept_rate(mut self, per_second: u32) -> Self {
        self.accept_rate = Some(per_second);
        self
    }

    /// Limits how many WebSocket connections are open at once, those in their upgrade included: more are refused with 503 and
    /// `Retry-After`, before any code of the service runs. At least 1; default no limit.
    pub fn max_connections(mut self, count: usize) -> Self {
        self.router = self.router.max_connections(count);
        self
    }

    /// Limits the TCP connections of one address, WebSocket or not; an IPv6 network of 64 bits counts as one address. More are
    /// refused with 429 and `Retry-After`. Those that come through one of the [`trusted_proxies`](Self::trusted_proxies) count for the
    /// client that it names, from their upgrade on. At least 1; default no limit.
    ///
    /// Whoever is refused has 5 s to send the request. While 256 are being refused, others are closed without an answer.
    pub fn max_connections_per_address(mut self, count: usize) -> Self {
        self.router = self.router.max_connections_per_address(count);
        self
    }

    /// Limits the TCP connections that are no WebSocket connections: those whose request is still to come or to be answered, and
    /// those that keep-alive holds open. More are refused with 503 and `Retry-After`, in the way of
    /// [`max_connections_per_address`](Self::max_connections_per_address). At least 1; default 10 000.
    pub fn max_http_connections(mut self, count: usize) -> Self {
        self.max_http_connections = count;
        self
    }

    /// Sets the `Retry-After` of those for whom there is no room, rounded up to seconds. Default 10 s.
    pub fn retry_after(mut self, time: Duration) -> Self {
        self.router = self.router.retry_after(time);
        self
    }

    /// Chooses which web pages may connect, unless the service chooses itself. Default: [`Origins::same`].
    pub fn origins(mut self, origins: Origins) -> Self {
        self.router = self.router.origins(origins);
        self
    }

    /// Chooses who may connect to services that do not choose themselves, which a service does with the key `auth` alone. The fallback
    /// is not asked: it decides itself. Default: [`Auth::none`].
    pub fn auth(mut self, auth: Auth) -> Self {
        self.router = self.router.auth(auth);
        self
    }

    /// Names the proxies whose word about their clients is taken. Default: [`TrustedProxies::none`].
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.router = self.router.trusted_proxies(proxies);
        self
    }

    /// Limits the size of requests. Default: [`RequestLimits::new`].
    pub fn request_limits(mut self, limits: RequestLimits) -> Self {
        self.router = self.router.request_limits(limits);
        self
    }

    /// Sets how much a connection's outgoing buffer holds before its writers wait. One message may go over the mark, so that a
    /// message larger than it can be written. Bytes; default 65 536.
    pub fn high_water_mark(mut self, bytes: usize) -> Self {
        self.router = self.router.high_water_mark(bytes);
        self
    }

    /// Sets how much a connection's outgoing buffer still holds when the writers that had to wait go on. Bytes, at most the high-water
    /// mark; default a quarter of it.
    pub fn low_water_mark(mut self, bytes: usize) -> Self {
        self.router = self.router.low_water_mark(bytes);
        self
    }

    /// Chooses what becomes of connections whose peer reads too slowly. Default: [`SlowReceivers::Wait`].
    pub fn slow_receivers(mut self, policy: SlowReceivers) -> Self {
        self.router = self.router.slow_receivers(policy);
        self
    }

    /// Limits the frames of one message: more of them close the connection with 1008. At least 1; default 65 536.
    pub fn max_fragments(mut self, count: u32) -> Self {
        self.router = self.router.max_fragments(count);
        self
    }

    /// Limits the pings and pongs that a peer sends in a second: more of them close the connection with 1008. At least 1; default
    /// 1000.
    pub fn max_control_frames(mut self, per_second: u32) -> Self {
        self.router = self.router.max_control_frames(per_second);
        self
    }

    /// Limits the streamed replies that run at once on a connection: one more is an [`Error::TooManyStreams`](crate::Error::TooManyStreams),
    /// which goes to `on_error`. At least 1; default 1000.
    pub fn max_streams(mut self, count: usize) -> Self {
        self.router = self.router.max_streams(count);
        self
    }

    /// Limits what is read ahead while a callback runs, so that pings are answered and the end of the connection is noticed
    /// meanwhile. Bytes; default 65 536. 0 reads nothing ahead.
    pub fn read_ahead_limit(mut self, bytes: usize) -> Self {
        self.router = self.router.read_ahead_limit(bytes);
        self
    }

    /// Limits how much of each payload the log shows to whoever turns on the target `websocket::traffic`, which logs every message and
    /// control frame. Bytes; default 256; 0 shows the lengths alone.
    pub fn traffic_payload_limit(mut self, bytes: usize) -> Self {
        self.router = self.router.traffic_payload_limit(bytes);
        self
    }

    /// Chooses how messages are compressed, unless the service chooses itself. Default: [`Compression::shared`].
    #[cfg(feature = "deflate")]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.router = self.router.compression(compression);
        self
    }

    /// Adds a service that has no shared state.
    pub fn service<S: Service>(mut self) -> Self
    where
        S::State: NoState,
    {
        self.router = self.router.service::<S>();
        self
    }

    /// Adds a service with the state that all its connections share.
    pub fn service_with<S: Service>(mut self, state: S::State) -> Self {
        self.router = self.router.service_with::<S>(state);
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
        self.router = self.router.fallback(fallback);
        self
    }

    /// Checks the configuration, reads the files that it names, and opens the socket.
    ///
    /// # Errors
    /// [`Error::Config`] for an invalid setting or ambiguous paths, [`Error::Bind`] when the operating system refuses.
    pub async fn bind(self) -> Result<BoundListener> {
        self.check()?;
        let server_name = self.server_name.map(HeaderValue::try_from).transpose().map_err(|_| {
            ConfigError::Listener { key: "server_name", reason: "must be visible ASCII, as a header value is" }
        })?;
        #[cfg(feature = "rustls")]
        let tls = self.tls.map(|tls| {
            #[cfg(feature = "http2")]
            let tls = tls.with_http2(self.http2.is_some());
            tls::Tls::new(tls)
        });
        #[cfg(feature = "rustls")]
        let tls = tls.transpose().map_err(ConfigError::Tls)?;
        let Self { host, port, backlog, accept_rate, shutdown_timeout, keep_alive, max_http_connections, .. } = self;
        let router = self.router.handshake_timeout(self.handshake_timeout).build()?;
        let acceptor = Acceptor::open(&host, port, backlog, accept_rate)
            .await
            .map_err(|source| Error::Bind { address: format!("{host}:{port}"), source })?;
        let local_addr = acceptor.local_addr()?;
        let config = ServerConfig {
            server_name,
            shutdown_timeout,
            keep_alive,
            max_http_connections,
            #[cfg(feature = "http2")]
            http2: self.http2,
            #[cfg(feature = "rustls")]
            tls,
        };
        Ok(BoundListener::new(acceptor, local_addr, router, config))
    }

    /// Binds and serves until the process ends.
    ///
    /// # Errors
    /// Those of [`bind`](Self::bind).
    pub async fn serve(self) -> Result<()> {
        self.bind().await?.serve().await
    }

    fn check(&self) -> Result<(), ConfigError> {
        let at_least_1 = [
            ("accept_rate", self.accept_rate == Some(0)),
            ("backlog", self.backlog == 0),
            ("max_http_connections", self.max_http_connections == 0),
        ];
        #[cfg(feature = "http2")]
        self.http2.map_or(Ok(()), Http2Config::check)?;
        match at_least_1.into_iter().find(|(_, is_zero)| *is_zero) {
            None => self.mistake.clone().map_or(Ok(()), Err),
            Some((key, _)) => Err(ConfigError::Listener { key, reason: "must be at least 1" }),
        }
    }
}
