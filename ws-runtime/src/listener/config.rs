//! The settings of a listener, as a configuration file has them.

mod values;

use std::time::Duration;

use serde::Deserialize;

#[cfg(feature = "deflate")]
use crate::compression::Compression;
use crate::error::ConfigError;
#[cfg(feature = "http2")]
use crate::listener::Http2Config;
#[cfg(feature = "rustls")]
use crate::listener::TlsConfig;
#[cfg(feature = "deflate")]
use crate::listener::config::values::CompressionValue;
use crate::listener::config::values::{OriginsValue, ProxiesValue, SlowReceiversValue};
use crate::listener::{KeepAlive, Listener};
use crate::origins::Origins;
use crate::router::{RequestLimits, TrustedProxies};

/// The settings of a [`Listener`], read from a file by whatever `serde` reads.
///
/// The keys are the names of the listener's methods, and what is not said keeps its default. Times are seconds, integers or floats.
/// An unknown key and a value of a wrong type are errors of the deserializer, which knows the line; a value out of its range is a
/// [`ConfigError`] when the listener binds.
///
/// ```
/// # #[derive(Default)]
/// # struct Echo;
/// # #[websocket::service(path = "/echo")]
/// # impl Echo {
/// #     #[remote] fn on_text_message(&mut self, text: String) -> String { text }
/// # }
/// use websocket::{Listener, ListenerConfig};
///
/// let config: ListenerConfig = toml::from_str(
///     r#"
///     host = "127.0.0.1"
///     port = 9090
///     server_name = "chat/1.0"
///     handshake_timeout = 10
///     shutdown_timeout = 2.5
///
///     max_connections = 100_000
///     max_connections_per_address = 200
///     accept_rate = 5_000
///
///     origins = ["https://example.com"]                   # or "same", or "any"
///     trusted_proxies = { x_forwarded = ["10.0.0.0/8"] }  # or { forwarded = […] }, or "none"
///     slow_receivers = { disconnect = { after = 10 } }    # or "drop_newest", or "wait"
///     compression = { mode = "dedicated", level = 6 }     # or "shared", or "off"
///     keep_alive = "never"                                # or "auto"
///
///     [request_limits]
///     max_uri_length = 2_048
///     max_entity_body_size = 65_536
///     "#,
/// )?;
/// let listener = Listener::builder().config(config).service::<Echo>();
/// # Ok::<_, toml::de::Error>(())
/// ```
///
/// TLS is a table `tls`, with the keys of `TlsConfig`; HTTP/2 is a table `http2`, with those of `Http2Config`. Defaults and bounds are those of the methods; `docs/configuration.md` has them in one table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListenerConfig {
    host: Option<String>,
    port: Option<u16>,
    backlog: Option<u32>,
    accept_rate: Option<u32>,
    max_connections: Option<usize>,
    max_connections_per_address: Option<usize>,
    max_http_connections: Option<usize>,
    retry_after: Option<f64>,
    handshake_timeout: Option<f64>,
    keep_alive: Option<KeepAlive>,
    server_name: Option<String>,
    request_limits: Option<RequestLimits>,
    origins: Option<OriginsValue>,
    trusted_proxies: Option<ProxiesValue>,
    #[cfg(feature = "deflate")]
    compression: Option<CompressionValue>,
    high_water_mark: Option<usize>,
    low_water_mark: Option<usize>,
    slow_receivers: Option<SlowReceiversValue>,
    max_fragments: Option<u32>,
    max_control_frames: Option<u32>,
    max_streams: Option<usize>,
    read_ahead_limit: Option<usize>,
    traffic_payload_limit: Option<usize>,
    shutdown_timeout: Option<f64>,
    shutdown_batch: Option<usize>,
    #[cfg(feature = "http2")]
    http2: Option<Http2Config>,
    #[cfg(feature = "rustls")]
    tls: Option<TlsConfig>,
}

/// Hands those fields that are there to the methods of their names, as what this makes of them.
macro_rules! apply {
    ($config:ident to $listener:ident, $convert:expr, $($field:ident),+ $(,)?) => {
        $(if let Some(value) = $config.$field {
            $listener = match $convert(value) {
                Ok(value) => $listener.$field(value),
                Err(reason) => $listener.mistaken(stringify!($field), reason),
            };
        })+
    };
}

impl Listener {
    /// Takes the settings of a configuration file. What the file does not say stays as it is, and what is set after this replaces
    /// what the file says.
    pub fn config(self, config: ListenerConfig) -> Self {
        let mut listener = self;
        apply!(config to listener, Ok, host, port, backlog, accept_rate, max_connections, max_connections_per_address);
        apply!(config to listener, Ok, max_http_connections, keep_alive, server_name, request_limits);
        apply!(config to listener, Ok, high_water_mark, low_water_mark, read_ahead_limit, traffic_payload_limit);
        apply!(config to listener, Ok, max_fragments, max_control_frames, max_streams, shutdown_batch);
        apply!(config to listener, seconds, retry_after, handshake_timeout, shutdown_timeout);
        apply!(config to listener, |value| Ok(Origins::from(value)), origins);
        apply!(config to listener, |value| Ok(TrustedProxies::from(value)), trusted_proxies);
        apply!(config to listener, SlowReceiversValue::policy, slow_receivers);
        #[cfg(feature = "deflate")]
        apply!(config to listener, |value| Ok(Compression::from(value)), compression);
        #[cfg(feature = "http2")]
        apply!(config to listener, Ok, http2);
        #[cfg(feature = "rustls")]
        apply!(config to listener, Ok, tls);
        listener
    }

    /// Remembers the first mistake, for when the listener binds.
    fn mistaken(mut self, key: &'static str, reason: &'static str) -> Self {
        self.mistake.get_or_insert(ConfigError::Listener { key, reason });
        self
    }
}

fn seconds(seconds: f64) -> Result<Duration, &'static str> {
    Duration::try_from_secs_f64(seconds).map_err(|_| "must be a number of seconds, 0 or more")
}

/// Reads a number of seconds, where a wrong one is an error of the deserializer.
#[cfg(any(feature = "http2", feature = "rustls"))]
pub(super) fn read_seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    seconds(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}
