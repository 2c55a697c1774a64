//! Services and clients in one process, without a socket: for the unit tests of those who write them.
//!
//! A [`Server`] has the services of a [`Router`], and its clients are connected to it by pipes in memory. Everything between is what it is over
//! TCP: the handshake, frames, limits, and timeouts. Without a socket there is nothing that tokio does not know of, so that a test may
//! run on a paused clock: hours pass in no time, and always the same way.
//!
//! ```
//! use websocket::testing::Server;
//! use websocket::{CloseFrame, Router};
//!
//! #[derive(Default)]
//! struct Echo;
//!
//! #[websocket::service(path = "/echo")]
//! impl Echo {
//!     #[remote]
//!     fn on_text_message(&mut self, text: String) -> String {
//!         text
//!     }
//! }
//!
//! # fn main() -> websocket::Result<()> {
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
//! // In a test with `#[tokio::test(start_paused = true)]`:
//! let server = Server::new(Router::builder().service::<Echo>().build()?);
//! let client = server.client("/echo").connect().await?;
//! client.write_text("hello").await?;
//! assert_eq!(client.read_text().await?.as_deref(), Some("hello"));
//! client.close(CloseFrame::normal()).await
//! # })
//! # }
//! ```

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{DuplexStream, copy_bidirectional, duplex};
use tokio::task::JoinSet;
use tower_service::Service as _;

use crate::caller::shared::lock;
use crate::client::{Client, ClientBuilder};
use crate::router::{Router, Shutdown};

/// What a pipe holds in each direction.
const PIPE: usize = 64 * 1024; // bytes

/// A server in memory. When it is dropped, its connections break, and nobody can connect any more.
#[derive(Debug)]
pub struct Server {
    router: Router,
    network: Arc<Network>,
}

#[derive(Debug, Default)]
struct Network {
    pipes: Mutex<JoinSet<()>>,
    is_closed: AtomicBool,
}

impl Server {
    /// Serves the services of a router.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self { router, network: Arc::default() }
    }

    /// Starts a client with the defaults, for a path and a query such as `/chat/ann?color=red`. It can connect as often as it likes, as
    /// one with [`ClientBuilder::retry`] does.
    pub fn client(&self, path: &str) -> ClientBuilder {
        let (router, network) = (self.router.clone(), Arc::downgrade(&self.network));
        Client::builder(format!("ws://localhost{path}")).dial_with(move || {
            let network = network.upgrade().filter(|network| !network.is_closed.load(Ordering::Relaxed));
            let stream = network.map(|network| pipe(&network.pipes, router.clone()));
            std::future::ready(stream.ok_or_else(|| io::ErrorKind::ConnectionRefused.into()))
        })
    }

    /// Breaks all connections, as a network does that fails: neither end sends a close frame. Clients may connect again.
    pub fn disconnect(&self) {
        lock(&self.network.pipes).abort_all();
    }

    /// Closes all connections with 1001, and waits until they have ended, or breaks off those that are left at the deadline: see
    /// [`Router::shut_down`]. Nobody can connect any more.
    pub async fn shut_down(&self, deadline: Duration) -> Shutdown {
        self.network.is_closed.store(true, Ordering::Relaxed);
        self.router.shut_down(deadline).await
    }
}

/// Lays a pipe to the services, which can be cut.
fn pipe(pipes: &Mutex<JoinSet<()>>, router: Router) -> DuplexStream {
    let (client, mut near) = duplex(PIPE);
    let (mut far, server) = duplex(PIPE);
    let mut pipes = lock(pipes);
    while pipes.try_join_next().is_some() {}
    pipes.spawn(async move {
        // Fails when one of the ends is gone, which the other one hears of then.
        let _ = copy_bidirectional(&mut near, &mut far).await;
    });
    tokio::spawn(serve(router, server));
    client
}

/// Serves HTTP until the connection is upgraded.
async fn serve(router: Router, stream: DuplexStream) {
    let service = service_fn(move |request| router.clone().call(request));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new());
    // Fails when the client hangs up, which it hears of itself.
    let _ = builder.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}
