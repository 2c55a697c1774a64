//! A network in memory, of which a test decides what becomes of each connection.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{DuplexStream, duplex};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};
use websocket::{Client, ClientBuilder, ClientEvent, RetryConfig};

use crate::raw_server::RawPeer;

/// Longer than any client waits.
const LONG: Duration = Duration::from_hours(1);
/// What the network holds in each direction.
const CAPACITY: usize = 4096; // bytes

/// Where clients connect to.
#[derive(Debug)]
pub struct Network {
    dialing: mpsc::UnboundedSender<Dial>,
    dialed: mpsc::UnboundedReceiver<Dial>,
}

/// A client that connects, and waits for what becomes of it.
#[derive(Debug)]
pub struct Dial {
    /// When it began to.
    pub at: Instant,
    outcome: oneshot::Sender<io::Result<DuplexStream>>,
}

impl Default for Network {
    fn default() -> Self {
        let (dialing, dialed) = mpsc::unbounded_channel();
        Self { dialing, dialed }
    }
}

impl Network {
    /// A client that connects through this network.
    ///
    /// # Panics
    ///
    /// When it connects after the end of the test.
    pub fn client(&self) -> ClientBuilder {
        let dialing = self.dialing.clone();
        Client::builder("ws://localhost/").dial_with(move || {
            let (outcome, decided) = oneshot::channel();
            let sent = dialing.send(Dial { at: Instant::now(), outcome });
            async move {
                sent.expect("the test is not over");
                decided.await.unwrap_or_else(|_| Err(io::ErrorKind::ConnectionRefused.into()))
            }
        })
    }

    /// Waits for somebody who connects.
    ///
    /// # Panics
    ///
    /// When nobody can any more.
    pub async fn dialed(&mut self) -> Dial {
        let dialed = timeout(LONG, self.dialed.recv()).await.expect("somebody connects in time");
        dialed.expect("somebody can connect")
    }

    /// Waits for somebody who connects, and upgrades the connection.
    pub async fn upgraded(&mut self) -> RawPeer<DuplexStream> {
        let mut peer = self.dialed().await.accept().await;
        peer.upgrade("").await;
        peer
    }

    /// Nobody connects at the moment.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.dialed.is_empty()
    }
}

impl Dial {
    /// Nobody listens.
    pub fn refuse(self) {
        drop(self);
    }

    /// Takes the connection.
    ///
    /// # Panics
    ///
    /// When the client does not wait for it any more.
    #[must_use]
    pub fn connect(self) -> DuplexStream {
        let (near, far) = duplex(CAPACITY);
        self.outcome.send(Ok(near)).expect("the client waits");
        far
    }

    /// Takes the connection, and reads the request.
    pub async fn accept(self) -> RawPeer<DuplexStream> {
        RawPeer::accept(self.connect()).await
    }
}

/// What a client tells of itself.
#[derive(Clone, Debug, Default)]
pub struct Diary(Arc<Mutex<Vec<ClientEvent>>>);

impl Diary {
    /// Notes the events of a client.
    pub fn listen(&self, config: RetryConfig) -> RetryConfig {
        let diary = self.clone();
        config.on_event(move |event| diary.0.lock().unwrap_or_else(PoisonError::into_inner).push(event))
    }

    /// Takes what has been noted.
    #[must_use]
    pub fn take(&self) -> Vec<ClientEvent> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what has been noted, in words, without ids of connections.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = self.take();
        let words = lines.iter().map(|event| match event {
            ClientEvent::Open { .. } => "connected".to_owned(),
            event => event.to_string(),
        });
        words.collect()
    }
}
