//! HTTP/2 on one connection, each request and each WebSocket connection in a stream of its own.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::ConfigError;
#[cfg(feature = "config")]
use crate::listener::config::read_seconds;
use crate::listener::serve::{REFUSAL_TIMEOUT, Requests, drive, unless_stopped};
use crate::log;
use crate::router::RequestLimits;
use crate::router::activity::Activity;

/// The HTTP/2 of a [`Listener`](crate::Listener), which serves HTTP/1.1 beside it.
///
/// A client chooses by ALPN over TLS, and by what it sends first without. WebSocket connections are streams of an HTTP/2 connection
/// ([RFC 8441](https://www.rfc-editor.org/rfc/rfc8441)): services see no difference. A browser opens them in the HTTP/2
/// connection that has loaded the page.
///
/// An HTTP/2 connection counts in [`max_http_connections`](crate::Listener::max_http_connections) as long as it lives, and each of its
/// WebSocket connections in [`max_connections`](crate::Listener::max_connections); both count in
/// [`max_connections_per_address`](crate::Listener::max_connections_per_address). Clients that open streams and reset them at once, again
/// and again, are sent away.
///
/// ```no_run
/// use websocket::{Http2Config, Listener};
///
/// let listener = Listener::new(9090).http2(Http2Config::new().max_concurrent_streams(250));
/// # drop(listener);
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "config", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
#[must_use = "it does nothing until a listener has it"]
pub struct Http2Config {
    pub(super) max_concurrent_streams: u32,
    #[cfg_attr(feature = "config", serde(deserialize_with = "read_seconds"))]
    pub(super) idle_timeout: Duration,
    #[cfg_attr(feature = "config", serde(deserialize_with = "read_seconds"))]
    pub(super) ping_interval: Duration,
    #[cfg_attr(feature = "config", serde(deserialize_with = "read_seconds"))]
    pub(super) pong_timeout: Duration,
}

impl Http2Config {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            max_concurrent_streams: 100,
            idle_timeout: Duration::from_mins(1),
            ping_interval: Duration::from_secs(30),
            pong_timeout: Duration::from_secs(20),
        }
    }

    /// Limits the requests and WebSocket connections that one HTTP/2 connection has at once. At least 1; default 100.
    ///
    /// Each may hold 64 KiB that its service has not taken yet, so that one that waits does not hold up the others.
    pub fn max_concurrent_streams(mut self, count: u32) -> Self {
        self.max_concurrent_streams = count;
        self
    }

    /// Sets how long an HTTP/2 connection stays open while no request is answered and no WebSocket connection is open in it. Default
    /// 60 s; [`Duration::ZERO`] is no limit.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Sets how long a silent peer is left in peace before it is sent a `PING` of HTTP/2. Default 30 s; [`Duration::ZERO`] is never.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.ping_interval = interval;
        self
    }

    /// Sets how long the peer has to answer that; after it the connection is broken off with everything in it. More than 0; default 20 s.
    pub fn pong_timeout(mut self, timeout: Duration) -> Self {
        self.pong_timeout = timeout;
        self
    }

    pub(super) fn check(self) -> Result<(), ConfigError> {
        let mistakes = [
            (self.max_concurrent_streams == 0, "http2.max_concurrent_streams", "must be at least 1"),
            (self.pong_timeout.is_zero(), "http2.pong_timeout", "must be greater than 0"),
        ];
        match mistakes.into_iter().find(|(is_mistake, ..)| *is_mistake) {
            None => Ok(()),
            Some((_, key, reason)) => Err(ConfigError::Listener { key, reason }),
        }
    }

    fn protocol(self, limits: &RequestLimits) -> http2::Builder<TokioExecutor> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .enable_connect_protocol()
            .max_concurrent_streams(self.max_concurrent_streams)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(self.max_concurrent_streams.saturating_mul(STREAM_WINDOW).min(MAX_WINDOW))
            .max_send_buf_size(SEND_BUFFER)
            .max_header_list_size(limits.header_list_size())
            .keep_alive_interval(Some(self.ping_interval).filter(|interval| !interval.is_zero()))
            .keep_alive_timeout(self.pong_timeout);
        builder
    }
}

impl Default for Http2Config {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits for the first bytes of a connection, and returns whether they are those of HTTP/2
/// ([RFC 9113 §3.4](https://www.rfc-editor.org/rfc/rfc9113#section-3.4)); `None` if none come in time, or the server stops before.
///
/// Who sends these three bytes in several packets is taken for a client of HTTP/1.1, which no method of has begun with them since.
pub(super) async fn is_begun(
    stream: &TcpStream,
    time: Option<Duration>,
    stop: &mut watch::Receiver<bool>,
) -> Option<bool> {
    let mut first = [0; PREFACE.len()];
    let peeking = async {
        match time {
            None => Some(stream.peek(&mut first).await),
            Some(time) => timeout(time, stream.peek(&mut first)).await.ok(),
        }
    };
    let peeked = unless_stopped(peeking, stop).await??;
    Some(peeked.is_ok() && first == *PREFACE)
}

/// Serves the requests of a connection.
pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    config: Http2Config,
    requests: Requests,
    mut stop: watch::Receiver<bool>,
) {
    let activity = Activity::new();
    let (is_refused, remote_addr) = (requests.is_refused(), requests.peer.remote_addr);
    let protocol = config.protocol(requests.limits());
    let service = {
        let activity = activity.clone();
        service_fn(move |request: Request<Incoming>| {
            let (active, mut requests) = (activity.begin(), requests.clone());
            requests.peer.active = Some(Arc::clone(&active));
            async move { requests.answer(request).await.map(|response| response.map(|body| active.extend_to(body))) }
        })
    };
    let connection = Box::pin(protocol.serve_connection(TokioIo::new(stream), service));
    let quiet = async {
        match config.idle_timeout {
            _ if is_refused => activity.pauses_for(REFUSAL_TIMEOUT).await,
            Duration::ZERO => pending().await,
            time => activity.pauses_for(time).await,
        }
    };
    let ending = unless_stopped(quiet, &mut stop);
    let serving = drive(connection, ending, http2::Connection::graceful_shutdown, activity.pauses_for(FAREWELL));
    let served = if is_refused {
        // Whatever it asks for meanwhile.
        timeout(REFUSAL_TIMEOUT, serving).await.unwrap_or(Ok(()))
    } else {
        serving.await
    };
    if let Err(error) = served {
        log::http_broken(remote_addr, &error);
    }
}

/// The name of HTTP/2 in a TLS handshake.
#[cfg(feature = "rustls")]
pub(super) const ALPN: &[u8] = b"h2";
const PREFACE: &[u8; 3] = b"PRI";
/// What a peer may send in a stream before it is read.
const STREAM_WINDOW: u32 = 64 * 1024; // bytes
const MAX_WINDOW: u32 = (1 << 31) - 1; // bytes, RFC 9113 §6.9.1
/// What waits in a stream to be sent.
const SEND_BUFFER: usize = 64 * 1024; // bytes
/// How long a peer in whose connection nothing goes on has to end it, once it is told to.
const FAREWELL: Duration = Duration::from_secs(5);
