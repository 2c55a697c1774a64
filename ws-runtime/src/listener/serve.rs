//! HTTP on one connection, behind TLS or not: until it is upgraded, ends, or the server stops.

use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower_service::Service as _;

use crate::listener::ServerConfig;
use crate::listener::admission::Admitted;
#[cfg(feature = "http2")]
use crate::listener::http2;
#[cfg(feature = "rustls")]
use crate::listener::tls::Tls;
use crate::log;
#[cfg(feature = "http2")]
use crate::router::RequestLimits;
use crate::router::peer::Peer;
#[cfg(feature = "http2")]
use crate::router::socket::send_at_once;
use crate::router::{Body, Router, response};

/// How long somebody for whom there is no room has to send the request that is refused.
pub(super) const REFUSAL_TIMEOUT: Duration = Duration::from_secs(5);

/// Whether a TCP connection serves several HTTP requests, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "config", derive(serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum KeepAlive {
    /// As the client asks: HTTP/1.1 keeps the connection unless it says `Connection: close`, HTTP/1.0 ends it unless it says
    /// `Connection: keep-alive`.
    #[default]
    Auto,
    /// Every answer that is no upgrade ends the connection.
    Never,
}

/// Serves a connection that was accepted.
pub(crate) async fn serve_connection(
    stream: TcpStream,
    remote_addr: SocketAddr,
    router: Router,
    config: ServerConfig,
    admitted: Admitted,
    mut stop: watch::Receiver<bool>,
) {
    let Admitted { refusal, place, slot: _slot } = admitted;
    let peer = Peer::new(remote_addr, place);
    let requests = Requests { router, server_name: config.server_name.clone(), refusal, peer };
    #[cfg(feature = "rustls")]
    if let Some(tls) = config.tls.clone() {
        // Boxed, so that connections without TLS do not carry it.
        return Box::pin(serve_tls(stream, tls, config, requests, stop)).await;
    }
    #[cfg(feature = "http2")]
    if let Some(http2) = config.http2 {
        let time = requests.time_for(requests.router.config().handshake_timeout);
        match http2::is_begun(&stream, time, &mut stop).await {
            Some(true) => {
                send_at_once(&stream);
                return Box::pin(http2::serve(stream, http2, requests, stop)).await;
            }
            Some(false) => {}
            None => return,
        }
    }
    serve_http1(stream, config.keep_alive, requests, &mut stop).await;
}

/// Answers the TLS handshake, and serves the requests behind it.
#[cfg(feature = "rustls")]
async fn serve_tls(
    stream: TcpStream,
    tls: Tls,
    config: ServerConfig,
    mut requests: Requests,
    mut stop: watch::Receiver<bool>,
) {
    let timeout = requests.time_for(tls.handshake_timeout());
    // Boxed, so that its memory is free once it is done. If the server stops, nothing has been asked yet: nobody waits for an answer.
    let Some(accepted) = unless_stopped(Box::pin(tls.accept(stream, timeout)), &mut stop).await else { return };
    let stream = match accepted {
        Ok((stream, info)) => {
            requests.peer.tls = Some(info);
            stream
        }
        Err(cause) => return log::tls_failed(requests.peer.remote_addr, cause),
    };
    #[cfg(feature = "http2")]
    if let Some(http2) = config.http2
        && stream.get_ref().1.alpn_protocol() == Some(http2::ALPN)
    {
        send_at_once(stream.get_ref().0);
        return http2::serve(stream, http2, requests, stop).await;
    }
    serve_http1(stream, config.keep_alive, requests, &mut stop).await;
}

/// What the requests of a connection are answered with.
#[derive(Clone, Debug)]
pub(super) struct Requests {
    router: Router,
    server_name: Option<HeaderValue>,
    refusal: Option<StatusCode>,
    pub(super) peer: Peer,
}

impl Requests {
    #[cfg(feature = "http2")]
    pub(super) fn limits(&self) -> &RequestLimits {
        &self.router.config().limits
    }

    pub(super) fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    /// Returns how long a connection may take for what comes next.
    fn time_for(&self, timeout: Option<Duration>) -> Option<Duration> {
        match timeout {
            timeout if !self.is_refused() => timeout,
            timeout => Some(timeout.map_or(REFUSAL_TIMEOUT, |timeout| timeout.min(REFUSAL_TIMEOUT))),
        }
    }

    pub(super) async fn answer(mut self, mut request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        request.extensions_mut().insert(self.peer);
        let mut response = match self.refusal {
            Some(status) => response::overloaded(status, self.router.config().retry_after),
            None => self.router.call(request).await?,
        };
        if let Some(name) = self.server_name {
            response.headers_mut().insert(header::SERVER, name);
        }
        Ok(response)
    }
}

/// Serves the requests of a connection that speaks HTTP/1.1.
async fn serve_http1(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    keep_alive: KeepAlive,
    requests: Requests,
    stop: &mut watch::Receiver<bool>,
) {
    let remote_addr = requests.peer.remote_addr;
    let protocol = http1_protocol(keep_alive, &requests);
    let service = service_fn(|request| requests.clone().answer(request));
    // Boxed, so that the task is small while it waits for the end of a slow request.
    let connection = Box::pin(protocol.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ending = unless_stopped(pending::<()>(), stop);
    let served = drive(connection, ending, http1::UpgradeableConnection::graceful_shutdown, pending()).await;
    if let Err(error) = served {
        log::http_broken(remote_addr, &error);
    }
}

/// Polls a connection until it ends. As soon as `ending` resolves it is asked to, and given up when `limit` does after that.
pub(super) async fn drive<C: Future<Output = hyper::Result<()>>>(
    mut connection: Pin<Box<C>>,
    ending: impl Future,
    ask: impl FnOnce(Pin<&mut C>),
    limit: impl Future<Output = ()>,
) -> hyper::Result<()> {
    let (mut ending, mut limit) = (pin!(ending), pin!(limit));
    let mut ask = Some(ask);
    poll_fn(|cx| {
        if ask.is_some()
            && ending.as_mut().poll(cx).is_ready()
            && let Some(ask) = ask.take()
        {
            ask(connection.as_mut());
        }
        if ask.is_none() && limit.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        connection.as_mut().poll(cx)
    })
    .await
}

/// Waits for a future; `None` if the server stops before.
pub(super) async fn unless_stopped<T>(future: impl Future<Output = T>, stop: &mut watch::Receiver<bool>) -> Option<T> {
    let (mut future, mut stopped) = (pin!(future), pin!(stop.wait_for(|is_stopping| *is_stopping)));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => stopped.as_mut().poll(cx).map(|_| None),
    })
    .await
}

fn http1_protocol(keep_alive: KeepAlive, requests: &Requests) -> http1::Builder {
    let settings = requests.router.config();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(requests.time_for(settings.handshake_timeout))
        .keep_alive(keep_alive == KeepAlive::Auto && !requests.is_refused())
        .max_buf_size(settings.limits.buffer_size());
    if let Some(count) = settings.limits.parsed_headers() {
        builder.max_headers(count);
    }
    builder
}
