//! From a TCP connection to HTTP requests.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use http::{Request, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower_service::Service as _;

use crate::listener::ServerConfig;
use crate::router::{Origin, Router};

/// How long to wait when the process or the system has no file descriptors left: until then `accept` would fail at once, again
/// and again.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// Accepts the next connection, whatever goes wrong with others.
pub(crate) async fn accept(socket: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            // The client is gone again before it was accepted.
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_BACK_OFF).await;
            }
        }
    }
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Serves the HTTP requests of a connection: until it is upgraded, ends, or the server stops.
pub(crate) async fn serve_http(
    stream: TcpStream,
    remote_addr: SocketAddr,
    router: Router,
    config: ServerConfig,
    mut stop: watch::Receiver<bool>,
) {
    let settings = router.config();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(settings.handshake_timeout)
        .max_buf_size(settings.limits.buffer_size());
    if let Some(count) = settings.limits.parsed_headers() {
        builder.max_headers(count);
    }
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(Origin { remote_addr, is_secure: false });
        let responding = router.clone().call(request);
        let server_name = config.server_name.clone();
        async move {
            let mut response = responding.await?;
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
        tracing::debug!(%remote_addr, %error, "an HTTP connection broke");
    }
}
