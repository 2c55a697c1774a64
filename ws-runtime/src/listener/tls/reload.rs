//! New certificates for new connections.

use std::fmt;
use std::sync::{Arc, Mutex};

use crate::caller::shared::lock;
use crate::error::TlsError;
use crate::listener::tls::config::TlsConfig;
use crate::listener::tls::server::Server;

/// Reads the certificate files of a listener again, while it serves.
///
/// Made by [`BoundListener::tls_reloader`](crate::BoundListener::tls_reloader). Clones reload the same listener.
///
/// ```no_run
/// # async fn example(listener: websocket::BoundListener) -> websocket::Result<()> {
/// if let Some(reloader) = listener.tls_reloader() {
///     tokio::spawn(async move {
///         // Once a day, or on a signal.
///         let mut days = tokio::time::interval(std::time::Duration::from_secs(24 * 60 * 60));
///         loop {
///             days.tick().await;
///             if let Err(error) = reloader.reload() {
///                 eprintln!("the old certificate stays: {error}");
///             }
///         }
///     });
/// }
/// listener.serve().await
/// # }
/// ```
#[derive(Clone)]
pub struct TlsReloader {
    shared: Arc<Shared>,
}

struct Shared {
    settings: TlsConfig,
    /// What new connections get.
    server: Mutex<Server>,
    /// Held while the files are read: of two that reload at once, the one that reads later prevails.
    reloading: Mutex<()>,
}

impl TlsReloader {
    pub(super) fn new(settings: TlsConfig) -> Result<Self, TlsError> {
        let server = Mutex::new(Server::new(&settings, None)?);
        Ok(Self { shared: Arc::new(Shared { settings, server, reloading: Mutex::new(()) }) })
    }

    pub(super) fn settings(&self) -> &TlsConfig {
        &self.shared.settings
    }

    pub(super) fn server(&self) -> Server {
        lock(&self.shared.server).clone()
    }

    /// Reads the files of certificate, key, and client authority again, and serves new connections with them. Open connections stay
    /// as they are. Sessions can still be resumed, unless the client authority has changed.
    ///
    /// It reads small files, and blocks the thread meanwhile.
    ///
    /// # Errors
    /// What is wrong with the new files; the old ones stay in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let Shared { settings, server, reloading } = &*self.shared;
        let _reloading = lock(reloading);
        let renewed = Server::new(settings, Some(&self.server()))?;
        *lock(server) = renewed;
        Ok(())
    }
}

impl fmt::Debug for TlsReloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsReloader").field("settings", &self.shared.settings).finish_non_exhaustive()
    }
}
