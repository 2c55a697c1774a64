//! The settings of a client.

use std::sync::Arc;
use std::time::Duration;

use http::header::{
    CONNECTION, CONTENT_LENGTH, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use ws_core::handshake;

use crate::client::Client;
use crate::client::dial::Plan;
use crate::client::url::Target;
use crate::compression::Compression;
use crate::error::{ConfigError, Result};
use crate::metrics::Metrics;
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
///     .header("authorization", "Bearer 0123456789")
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
    subprotocols: Vec<String>,
    headers: HeaderMap,
    compression: Compression,
    max_frame_size: usize,
    max_message_size: usize,
    bounds: Bounds,
    handshake_timeout: Duration,
    connection_closure_timeout: Duration,
    /// The first header that cannot be one.
    mistake: Option<ConfigError>,
}

impl ClientBuilder {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            subprotocols: Vec::new(),
            headers: HeaderMap::new(),
            compression: Compression::default(),
            max_frame_size: 65_536,
            max_message_size: 1 << 20,
            bounds: Bounds::new(),
            handshake_timeout: Duration::from_mins(5),
            connection_closure_timeout: Duration::from_mins(1),
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
        let mistake = match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(_)) if RESERVED.contains(&name) => "must not be one of the handshake itself",
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
                return self;
            }
            (Err(_), _) => "must have a name that is a token",
            (_, Err(_)) => "must have a value of visible ASCII",
        };
        self.mistake.get_or_insert(ConfigError::Client { key: "header", reason: mistake });
        self
    }

    /// Chooses how messages are compressed, if the server can do it, too. Default: [`Compression::shared`].
    #[cfg(feature = "deflate")]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Limits the payload of one frame: a larger one that comes in closes the connection with 1009, a longer message that goes out is
    /// fragmented. Bytes, at least 1; default 65 536.
    pub fn max_frame_size(mut self, bytes: usize) -> Self {
        self.max_frame_size = bytes;
        self
    }

    /// Limits one message that comes in, all its frames together, decompressed: a larger one closes the connection with 1009. Bytes, at
    /// least 1; default 1 MiB.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = bytes;
        self
    }

    /// Limits the frames of one message: more of them close the connection with 1008. At least 1; default 65 536.
    pub fn max_fragments(mut self, count: u32) -> Self {
        self.bounds.max_fragments = count;
        self
    }

    /// Limits how long [`connect`](Self::connect) may take, from the look-up of the name to the server's answer. Default 300 s;
    /// [`Duration::ZERO`] is no limit.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Limits how long the server may take to answer a close frame. Default 60 s; [`Duration::ZERO`] does not wait for it.
    pub fn connection_closure_timeout(mut self, timeout: Duration) -> Self {
        self.connection_closure_timeout = timeout;
        self
    }

    /// Connects.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for an invalid setting, [`Error::Connect`](crate::Error::Connect) for everything else.
    ///
    /// # Cancel safety
    /// A dropped future leaves no connection behind.
    pub async fn connect(self) -> Result<Client> {
        Ok(Client::start(self.check()?.dial().await?))
    }

    fn check(self) -> Result<Plan> {
        let target = Target::parse(&self.url)?;
        if let Some((key, reason)) = self.mistake() {
            return Err(ConfigError::Client { key, reason }.into());
        }
        if let Some(mistake) = self.mistake {
            return Err(mistake.into());
        }
        let terms = Terms {
            idle_timeout: None,
            closure_timeout: Some(self.connection_closure_timeout),
            ping_interval: None,
            pong_timeout: Duration::ZERO,
            service_answers_pings: false,
            limits: self.bounds.limits(self.max_frame_size, self.max_message_size),
            bounds: self.bounds,
            metrics: Metrics::new("", &[]),
        };
        Ok(Plan {
            target,
            subprotocols: self.subprotocols,
            headers: self.headers,
            compression: self.compression,
            timeout: Some(self.handshake_timeout).filter(|timeout| !timeout.is_zero()),
            terms: Arc::new(terms),
        })
    }

    /// Returns the name of the first setting that is out of its range, and what is wrong with it.
    fn mistake(&self) -> Option<(&'static str, &'static str)> {
        let sizes = [
            ("max_fragments", self.bounds.max_fragments == 0),
            ("max_frame_size", self.max_frame_size == 0),
            ("max_message_size", self.max_message_size == 0),
        ];
        if let Some((key, _)) = sizes.into_iter().find(|(_, is_zero)| *is_zero) {
            return Some((key, "must be at least 1"));
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
