//! Who is at the other end of a connection, and until when.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;

use crate::caller::shared::lock;
use crate::error::AuthError;
use crate::future::BoxedFuture;
use crate::identity::Identity;
use crate::tls_info::TlsInfo;

/// What let a connection in, and can do so again.
pub(crate) trait Authority: Send + Sync {
    /// Finds out whose token this is.
    fn identify<'a>(
        &'a self,
        token: &'a str,
        remote_addr: Option<SocketAddr>,
        tls: Option<&'a TlsInfo>,
    ) -> BoxedFuture<'a, Result<Identity, AuthError>>;
}

/// Who is at the other end.
pub(crate) struct Login {
    authority: Arc<dyn Authority>,
    identity: Mutex<Arc<Identity>>,
    renewed: Notify,
}

impl Login {
    pub(crate) fn new(authority: Arc<dyn Authority>, identity: Arc<Identity>) -> Self {
        Self { authority, identity: Mutex::new(identity), renewed: Notify::new() }
    }

    pub(crate) fn identity(&self) -> Arc<Identity> {
        Arc::clone(&lock(&self.identity))
    }

    /// Takes another token of the same person.
    pub(crate) async fn renew(
        &self,
        token: &str,
        remote_addr: Option<SocketAddr>,
        tls: Option<&TlsInfo>,
    ) -> Result<(), AuthError> {
        let identity = self.authority.identify(token, remote_addr, tls).await?;
        let mut current = lock(&self.identity);
        if identity.subject() != current.subject() {
            return Err(AuthError::invalid_for(identity.subject(), "the connection is somebody else's"));
        }
        *current = Arc::new(identity);
        drop(current);
        self.renewed.notify_one();
        Ok(())
    }

    /// Resolves when the credentials have expired, and have not been renewed.
    pub(crate) async fn expired(&self) {
        loop {
            let Some(expiry) = self.identity().expiry() else {
                self.renewed.notified().await;
                continue;
            };
            let left = expiry.duration_since(SystemTime::now()).unwrap_or_default();
            if left.is_zero() {
                return;
            }
            // Either somebody renews them, or it is time to look again: the clock may have been set meanwhile.
            let _ = tokio::time::timeout(left.min(LOOK_AGAIN), self.renewed.notified()).await;
        }
    }
}

/// How long the clock of the system is believed to go as that of the timers.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("identity", &self.identity).finish_non_exhaustive()
    }
}
