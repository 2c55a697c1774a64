//! The settings of a client.

mod access;
mod limits;

use std::fmt::Debug;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, PROXY_AUTHORIZATION, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING,
    UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncRead, AsyncWrite};
use ws_core::close::CloseCode;
use ws_core::handshake;

use crate::client::builder::access::Access;
use crate::client::dial::Plan;
use crate::client::dialer::Dialer;
use crate::client::requests::RequestConfig;
use crate::client::start::Start;
use crate::client::url::Target;
use crate::client::{Client, RetryConfig};
use crate::compression::Compression;
use crate::error::{ConfigError, Result};
use crate::metrics::Metrics;
use crate::service::Handler;
use crate::terms::{Bounds, Terms};

/// Makes a [`Client`] with other settings than the defaults.
///
/// # Examples
/// ```no_run
/// # async fn example() -> websocket::Result<()> {
/// use websocket::Client;
///
/// let client = Client::builder("ws://localhost:9090/chat/ann")
///     .subprotocols(["chat.v2", "chat"])
///     .bearer_token("0123456789")
///     .connect()
///     .await?;
/// # drop(client);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until it connects"]
pub struct ClientBuilder {
    url: String,
    access: Access,
    subprotocols: Vec<String>,
    headers: HeaderMap,
    compression: Compression,
    max_frame_size: usize,
    max_message_size: usize,
    bounds: Bounds,
    handshake_timeout: Duration,
    connection_closure_timeout: Duration,
    read_timeout: Duration,
    write_timeout: Duration,
    /// `None` is off, or the default of a client that connects again.
    ping_interval: Option<Duration>,
    pong_timeout: Duration,
    max_unread_size: usize,
    retry: Option<RetryConfig>,
    dispatcher_stream_id: Option<String>,
    request_timeout: Duration,
    max_requests: usize,
    dialer: Option<Dialer>,
    /// The first header, cookie, or the like that cannot be one.
    mistake: Option<ConfigError>,
}

impl ClientBuilder {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            access: Access::new(),
            subprotocols: Vec::new(),
            headers: HeaderMap::new(),
            compression: Compression::default(),
            max_frame_size: 65_536,
            max_message_size: 1 << 20,
            bounds: Bounds::new(),
            handshake_timeout: Duration::from_mins(5),
            connection_closure_timeout: Duration::from_mins(1),
            read_timeout: Duration::ZERO,
            write_timeout: Duration::ZERO,
            ping_interval: None,
            pong_timeout: Duration::from_secs(20),
            max_unread_size: 64 * 1024,
            retry: None,
            dispatcher_stream_id: None,
            request_timeout: Duration::from_mins(1),
            max_requests: 10_000,
            dialer: None,
            mistake: None,
        }
    }

    /// Offers subprotocols, the best one first; the server chooses one or none of them. Default: none.
    pub fn subprotocols<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.subprotocols = names.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a header to the request; one that is added twice is sent twice. `Host` replaces the one of the url. The other headers of
    /// the handshake itself cannot be set.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(_)) if RESERVED.contains(&name) => {
                self.mistaken("header", "must not be one of the handshake itself")
            }
            (Ok(name), Ok(mut value)) => {
                // `Debug` does not show it then.
                value.set_sensitive(value.is_sensitive() || SECRET.contains(&name));
                self.headers.append(name, value);
                self
            }
            (Err(_), _) => self.mistaken("header", "must have a name that is a token"),
            (_, Err(_)) => self.mistaken("header", "must have a value of visible ASCII"),
        }
    }

    /// Chooses how messages are compressed, if the server can do it, too. Default: [`Compression::shared`].
    #[cfg(feature = "deflate")]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Lets the client connect again, when it cannot connect or has lost its connection. Default: it does not.
    pub fn retry(mut self, config: RetryConfig) -> Self {
        self.retry = Some(config);
        self
    }

    /// Names the field of a message by which its answers are known, for [`Client::request`] and [`Client::subscribe`]; a
    /// service's `dispatcher_stream_id`. Default: none.
    pub fn dispatcher_stream_id(mut self, field: impl Into<String>) -> Self {
        self.dispatcher_stream_id = Some(field.into());
        self
    }

    /// Lets the bytes go over another stream than TCP: a Unix socket, a tunnel, or a pipe in memory. It is made anew each time that the
    /// client connects, within [`handshake_timeout`](Self::handshake_timeout); an error of it is
    /// [`ConnectError::Io`](crate::ConnectError::Io). The url is that of the request all the same. Default: TCP to the url's host and port.
    ///
    /// # Examples
    /// ```no_run
    /// # #[cfg(unix)]
    /// # async fn example() -> websocket::Result<()> {
    /// let socket = || tokio::net::UnixStream::connect("/run/chat.sock");
    /// let client = websocket::Client::builder("ws://localhost/chat/ann").dial_with(socket).connect().await?;
    /// # drop(client);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dial_with<S, F>(mut self, dial: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        S: AsyncRead + AsyncWrite + Debug + Send + Unpin + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        self.dialer = Some(Dialer::new(dial));
        self
    }

    /// Connects. With [`retry`](Self::retry), this takes as many attempts as it needs, within
    /// [`RetryConfig::max_count`].
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for an invalid setting, [`Error::Connect`](crate::Error::Connect) for everything else.
    ///
    /// # Cancel safety
    /// A dropped future leaves no connection behind.
    pub async fn connect(self) -> Result<Client> {
        Ok(self.check()?.connect().await?)
    }

    /// Connects, and lets a handler take what comes in: an instance of a type whose `impl` block has
    /// [`#[websocket::client]`](macro@crate::client). As [`connect`](Self::connect); the client that is returned writes, asks, and closes,
    /// and its `read` methods only hear of the end.
    ///
    /// With [`retry`](Self::retry) the handler stays the same on all connections: `on_open` is called for each that is open, and
    /// `on_close` for each that has ended. When a callback panics, there is no further connection.
    ///
    /// A callback is not called while more than [`high_water_mark`](Self::high_water_mark) of what callbacks have returned waits to be sent, so
    /// that the replies to a server that does not read stay within bounds.
    ///
    /// The `idle_timeout` of the attribute is that of the connection. The replies of a dispatched callback carry the attribute's
    /// `dispatcher_stream_id`, which needs not be that of [`dispatcher_stream_id`](Self::dispatcher_stream_id); a message that answers a request
    /// of this client does not reach the handler.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    ///
    /// # Cancel safety
    /// A dropped future leaves no connection behind.
    pub async fn connect_with<H: Handler>(self, handler: H) -> Result<Client> {
        let settings = H::settings().check(H::DESCRIPTOR.name)?;
        let mut start = self.check()?;
        let terms = Arc::make_mut(&mut start.plan.terms);
        terms.idle_timeout = settings.idle_timeout;
        terms.service_answers_pings = H::DESCRIPTOR.answers_pings;
        terms.metrics = Metrics::new(H::DESCRIPTOR.path, H::DESCRIPTOR.routes);
        Ok(start.connect_with(handler).await?)
    }

    /// Connects, lets a handler take what comes in, and resolves when the connection has ended; with [`retry`](Self::retry), when there
    /// is no other one. Returns what the server said when it closed, as [`Client::close_status`] does. A program that mainly reacts needs
    /// no more than this.
    ///
    /// # Errors
    /// Those of [`connect_with`](Self::connect_with), and what ended the connection, if it was no closing handshake.
    ///
    /// # Cancel safety
    /// The connection is closed with 1001 when the future is dropped.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> websocket::Result<()> {
    /// use websocket::{Client, RetryConfig};
    ///
    /// /// Repeats what it hears.
    /// struct Parrot;
    ///
    /// #[websocket::client]
    /// impl Parrot {
    ///     #[remote]
    ///     fn on_text_message(&mut self, text: &str) -> String {
    ///         text.to_uppercase()
    ///     }
    /// }
    ///
    /// let (code, reason) = Client::builder("ws://localhost:9090/chat/polly").retry(RetryConfig::new()).run(Parrot).await?;
    /// println!("closed with {code:?}: {reason}");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run<H: Handler>(self, handler: H) -> Result<(CloseCode, String)> {
        let client = self.connect_with(handler).await?;
        while client.read().await?.is_some() {}
        client.closed().await;
        Ok(client
            .close_status()
            .map_or((CloseCode::ABNORMAL, String::new()), |(code, reason)| (code, reason.to_owned())))
    }

    fn check(self) -> Result<Start> {
        let target = Target::parse(&self.url)?;
        if let Some((key, reason)) = self.mistake() {
            return Err(ConfigError::Client { key, reason }.into());
        }
        if let Some(mistake) = self.mistake {
            return Err(mistake.into());
        }
        let mut headers = self.headers;
        self.access.add_to(&mut headers)?;
        let terms = Terms {
            idle_timeout: None,
            closure_timeout: Some(self.connection_closure_timeout),
            ping_interval: self.ping_interval.or_else(|| self.retry.as_ref().map(|_| PING_INTERVAL)).and_then(limit),
            pong_timeout: self.pong_timeout,
            service_answers_pings: false,
            limits: self.bounds.limits(self.max_frame_size, self.max_message_size),
            bounds: self.bounds,
            metrics: Metrics::new("", &[]),
        };
        let plan = Plan {
            #[cfg(feature = "rustls")]
            tls: self.access.connector(&target)?,
            credentials: self.access.authorizer()?,
            #[cfg(feature = "proxy")]
            proxy: self.access.proxy(&target)?,
            target,
            subprotocols: self.subprotocols,
            headers,
            compression: self.compression,
            timeout: limit(self.handshake_timeout),
            terms: Arc::new(terms),
            dialer: self.dialer,
        };
        let max_unread_size = u32::try_from(self.max_unread_size).unwrap_or(MAX_UNREAD_SIZE);
        let requests = self.dispatcher_stream_id.map(|field| RequestConfig {
            field,
            timeout: limit(self.request_timeout),
            max_count: self.max_requests,
            max_unread_size,
        });
        Ok(Start {
            plan,
            retry: self.retry,
            requests,
            read_timeout: limit(self.read_timeout),
            write_timeout: limit(self.write_timeout),
            max_unread_size,
        })
    }

    /// Remembers the first mistake, for when the client connects.
    fn mistaken(mut self, key: &'static str, reason: &'static str) -> Self {
        self.mistake.get_or_insert(ConfigError::Client { key, reason });
        self
    }

    /// Returns the name of the first setting that is out of its range, and what is wrong with it.
    fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let sizes = [
            ("max_fragments", self.bounds.max_fragments == 0),
            ("max_frame_size", self.max_frame_size == 0),
            ("max_message_size", self.max_message_size == 0),
            ("max_requests", self.max_requests == 0),
            ("max_unread_size", self.max_unread_size == 0),
        ];
        if let Some((key, _)) = sizes.into_iter().find(|(_, is_zero)| *is_zero) {
            return Some((key, "must be at least 1"));
        }
        if self.max_unread_size > MAX_UNREAD_SIZE as usize {
            return Some(("max_unread_size", "must be at most 256 MiB"));
        }
        if self.pong_timeout.is_zero() {
            return Some(("pong_timeout", "must be greater than zero"));
        }
        if self.dispatcher_stream_id.as_ref().is_some_and(String::is_empty) {
            return Some(("dispatcher_stream_id", "must not be empty"));
        }
        if let Some(mistake) = self.retry.as_ref().and_then(RetryConfig::mistake) {
            return Some(mistake);
        }
        for (index, name) in self.subprotocols.iter().enumerate() {
            if !handshake::is_token(name) {
                return Some(("subprotocols", "must be tokens"));
            }
            if self.subprotocols[..index].contains(name) {
                return Some(("subprotocols", "must not be listed twice"));
            }
        }
        self.compression.mistake()
    }
}

/// Returns a limit; zero is none.
fn limit(duration: Duration) -> Option<Duration> {
    Some(duration).filter(|duration| !duration.is_zero())
}

/// Of a client that connects again.
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// What a semaphore can count on every platform.
const MAX_UNREAD_SIZE: u32 = 256 << 20; // bytes

/// What the handshake says itself, or what would change where the request ends.
static RESERVED: [HeaderName; 9] = [
    CONNECTION,
    CONTENT_LENGTH,
    SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// What nobody else may read.
static SECRET: [HeaderName; 3] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];
