//! HTTP on one connection, behind TLS or not: until it is upgraded, ends, or the server stops.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
#[cfg(feature = "rustls")]
use std::task::Poll;
use std::time::Duration;

use http::{Request, Response, header};
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
#[cfg(feature = "rustls")]
use crate::listener::tls::Tls;
use crate::log;
use crate::router::peer::Peer;
use crate::router::{Body, Router, response};
use crate::tls_info::TlsInfo;

/// How long somebody for whom there is no room has to send the request that is refused.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(5);

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
    stop: watch::Receiver<bool>,
) {
    #[cfg(feature = "rustls")]
    if let Some(tls) = config.tls.clone() {
        // Boxed, so that connections without TLS do not carry it.
        return Box::pin(serve_tls(stream, remote_addr, tls, router, config, admitted, stop)).await;
    }
    serve_http(stream, remote_addr, None, router, config, admitted, stop).await;
}

/// Answers the TLS handshake, and serves the requests behind it.
#[cfg(feature = "rustls")]
async fn serve_tls(
    stream: TcpStream,
    remote_addr: SocketAddr,
    tls: Tls,
    router: Router,
    config: ServerConfig,
    admitted: Admitted,
    mut stop: watch::Receiver<bool>,
) {
    let timeout = time_for(tls.handshake_timeout(), admitted.refusal.is_some());
    let accepted = {
        // Boxed, so that its memory is free once it is done.
        let mut accepting = Box::pin(tls.accept(stream, timeout));
        let mut stopped = pin!(stop.wait_for(|is_stopping| *is_stopping));
        poll_fn(|cx| match accepting.as_mut().poll(cx) {
            // Nothing has been asked yet, so that nobody waits for an answer.
            Poll::Pending => stopped.as_mut().poll(cx).map(|_| None),
            Poll::Ready(accepted) => Poll::Ready(Some(accepted)),
        })
        .await
    };
    match accepted {
        None => {}
        Some(Ok((stream, tls))) => {
            serve_http(stream, remote_addr, Some(tls), router, config, admitted, stop).await;
        }
        Some(Err(cause)) => log::tls_failed(remote_addr, cause),
    }
}

/// Serves the requests of a connection.
async fn serve_http(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    remote_addr: SocketAddr,
    tls: Option<Arc<TlsInfo>>,
    router: Router,
    config: ServerConfig,
    admitted: Admitted,
    mut stop: watch::Receiver<bool>,
) {
    let Admitted { refusal, place, slot } = admitted;
    let peer = Peer { remote_addr, tls, place };
    let builder = protocol(&router, &config, refusal.is_some());
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer.clone());
        let (mut router, server_name) = (router.clone(), config.server_name.clone());
        async move {
            let mut response = match refusal {
                Some(status) => refuse(&router, status),
                None => router.call(request).await?,
            };
            if let Some(name) = server_name {
                response.headers_mut().insert(header::SERVER, name);
            }
            Ok::<_, Infallible>(response)
        }
    });
    // Boxed, so that the task is small while it waits for the end of a slow request.
    let mut connection = Box::pin(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let mut stopped = pin!(stop.wait_for(|is_stopping| *is_stopping));
    let mut is_stopping = false;
    let served = poll_fn(|cx| {
        if !is_stopping && stopped.as_mut().poll(cx).is_ready() {
            is_stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx)
    });
    if let Err(error) = served.await {
        log::http_broken(remote_addr, &error);
    }
    drop(slot);
}

fn protocol(router: &Router, config: &ServerConfig, is_refused: bool) -> http1::Builder {
    let settings = router.config();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(time_for(settings.handshake_timeout, is_refused))
        .keep_alive(config.keep_alive == KeepAlive::Auto && !is_refused)
        .max_buf_size(settings.limits.buffer_size());
    if let Some(count) = settings.limits.parsed_headers() {
        builder.max_headers(count);
    }
    builder
}

/// Returns how long a connection may take for what comes next.
fn time_for(timeout: Option<Duration>, is_refused: bool) -> Option<Duration> {
    match timeout {
        timeout if !is_refused => timeout,
        timeout => Some(timeout.map_or(REFUSAL_TIMEOUT, |timeout| timeout.min(REFUSAL_TIMEOUT))),
    }
}

fn refuse(router: &Router, status: http::StatusCode) -> Response<Body> {
    response::overloaded(status, router.config().retry_after)
}
