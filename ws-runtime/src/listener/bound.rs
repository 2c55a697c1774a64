//! A listener with an open socket.

use std::future::{pending, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::error::Result;
use crate::listener::ServerConfig;
use crate::listener::accept::Acceptor;
use crate::listener::admission::Admission;
use crate::listener::serve::serve_connection;
use crate::router::shutdown::shut_down;
use crate::router::{Router, Shutdown};

/// A listener whose socket is open: clients can connect, and are served as soon as it is.
#[derive(Debug)]
pub struct BoundListener {
    acceptor: Acceptor,
    local_addr: SocketAddr,
    router: Router,
    config: ServerConfig,
}

impl BoundListener {
    pub(crate) fn new(acceptor: Acceptor, local_addr: SocketAddr, router: Router, config: ServerConfig) -> Self {
        Self { acceptor, local_addr, router, config }
    }

    /// Returns the address that it listens on.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Returns what reads the certificates again while the listener serves; `None` without TLS.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn tls_reloader(&self) -> Option<crate::listener::TlsReloader> {
        self.config.tls.as_ref().map(crate::listener::tls::Tls::reloader)
    }

    /// Serves until the process ends.
    ///
    /// When this future is dropped, requests that are not answered yet are broken off; open connections go on, each has a task of
    /// its own.
    ///
    /// # Errors
    /// None at present: what goes wrong with one connection does not end the others.
    pub async fn serve(self) -> Result<()> {
        self.serve_until(pending()).await.map(drop)
    }

    /// Serves until `signal` resolves; then stops accepting, closes every connection with 1001, and waits until all have ended,
    /// their `on_close` included. Those that have not by the [`shutdown_timeout`](crate::Listener::shutdown_timeout) are broken off.
    /// Returns how many of each there were.
    ///
    /// Connections are closed in [batches](crate::Listener::shutdown_batch), in an order and with pauses drawn at random, so that
    /// clients that reconnect do not do so all at once. `on_close` runs when a callback that is running has
    /// ended; what that one writes after the close frame is not sent any more.
    ///
    /// # Errors
    /// None at present: what goes wrong with one connection does not end the others.
    pub async fn serve_until(self, signal: impl Future<Output = ()>) -> Result<Shutdown> {
        let Self { mut acceptor, router, config, .. } = self;
        let admission = Admission::new(router.clone(), config.max_http_connections);
        let (stopping, stop) = watch::channel(false);
        let mut requests = JoinSet::new();
        {
            let mut signal = pin!(signal);
            loop {
                let mut accepting = pin!(acceptor.accept());
                let next = poll_fn(|cx| {
                    // Those that have ended give their memory back.
                    while let Poll::Ready(Some(_)) = requests.poll_join_next(cx) {}
                    match signal.as_mut().poll(cx) {
                        Poll::Ready(()) => Poll::Ready(None),
                        Poll::Pending => accepting.as_mut().poll(cx).map(Some),
                    }
                });
                let Some((stream, remote_addr)) = next.await else { break };
                let Some(admitted) = admission.admit(remote_addr) else { continue };
                let (router, config, stop) = (router.clone(), config.clone(), stop.clone());
                requests.spawn(serve_connection(stream, remote_addr, router, config, admitted, stop));
            }
        }
        drop(acceptor);
        stopping.send_replace(true);
        Ok(shut_down(config.shutdown_timeout, router.config().shutdown_batch, router.connections(), requests).await)
    }
}
