//! Users with passwords, from a file.
//!
//! ```text
//!   credentials ──▶ Users ──▶ the list, read again when the file has changed ──▶ a hash, checked on a thread that may block
//! ```

mod file;
mod password;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::auth::users::file::{List, Stamp};
use crate::auth::{Authenticate, Credentials, Scheme};
use crate::caller::shared::lock;
use crate::error::{AuthError, BoxError};
use crate::identity::Identity;
use crate::log;

pub use password::hash_password;

/// Users with passwords, for Basic authentication ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)): a rule of
/// [`Auth`](crate::Auth). Over TLS only: a password can be read on the way otherwise.
///
/// ```no_run
/// use websocket::{Auth, Listener, Users};
///
/// let listener = Listener::new(9090).auth(Auth::rule(Users::from_file("users.toml")));
/// ```
///
/// The file is TOML. It has hashes, never passwords: argon2 or scrypt as a PHC string, or bcrypt; [`hash_password`] makes one.
///
/// ```toml
/// [[users]]
/// name = "ann"
/// password = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0$…"
/// scopes = ["read", "write"]
/// ```
///
/// It is read when the listener binds, and again when it has changed, which is looked for at most once a second, when somebody
/// connects. A file that is wrong then is logged as an error, and the users stay as they were.
///
/// Hashes are made to be slow. They are checked on threads that may block, as many at once as there are cores; others wait, within
/// [`handshake_timeout`](crate::Listener::handshake_timeout). An unknown user costs as much time as a known one.
pub struct Users {
    book: Arc<Book>,
    permits: Arc<Semaphore>,
    checks: Arc<AtomicU64>,
}

/// The file, and what was in it last.
struct Book {
    path: PathBuf,
    current: Mutex<Current>,
}

struct Current {
    list: Arc<List>,
    stamp: Option<Stamp>,
    /// When the file was looked at last.
    looked: Option<Instant>,
}

/// How often the file is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

impl Users {
    /// Reads the users from a file when the listener binds, and again when it has changed.
    #[must_use]
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        let current = Current { list: Arc::default(), stamp: None, looked: None };
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            book: Arc::new(Book { path: path.into(), current: Mutex::new(current) }),
            permits: Arc::new(Semaphore::new(cores)),
            checks: Arc::default(),
        }
    }

    /// Limits how many passwords are checked at once. At least 1; default the number of cores.
    #[must_use]
    pub fn max_parallel_checks(mut self, count: usize) -> Self {
        self.permits = Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)));
        self
    }

    /// Returns a handle that tells how many passwords have been checked, those of unknown users included.
    #[must_use]
    pub fn checks(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.checks)
    }
}

impl Book {
    /// Returns the users, as the file has them now, and what is wrong with a file that has changed: then it is as they were.
    fn list(&self) -> (Arc<List>, Result<(), BoxError>) {
        let is_due = {
            let mut current = lock(&self.current);
            let is_due = current.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AGAIN);
            if is_due {
                current.looked = Some(Instant::now());
            }
            is_due
        };
        let read = if is_due { self.read_if_changed() } else { Ok(()) };
        (Arc::clone(&lock(&self.current).list), read)
    }

    fn read_if_changed(&self) -> Result<(), BoxError> {
        let stamp = Stamp::of(&self.path)?;
        if lock(&self.current).stamp == Some(stamp) {
            return Ok(());
        }
        // A wrong file is told once, not each time that somebody connects.
        lock(&self.current).stamp = Some(stamp);
        let list = List::read(&self.path)?;
        lock(&self.current).list = Arc::new(list);
        Ok(())
    }
}

impl Authenticate for Users {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        let (name, password) = credentials.basic().ok_or(AuthError::Missing)?;
        let unavailable = |error: BoxError| AuthError::Unavailable(error);
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|error| unavailable(error.into()))?;
        let (book, checks) = (Arc::clone(&self.book), Arc::clone(&self.checks));
        let (claimed, password) = (name.to_owned(), password.to_owned());
        let checked = spawn_blocking(move || {
            let _permit = permit;
            checks.fetch_add(1, Ordering::Relaxed);
            let (list, read) = book.list();
            (list.check(&claimed, &password), read)
        });
        let (identity, read) = checked.await.map_err(|error| unavailable(error.into()))?;
        if let Err(error) = read {
            log::users_unreadable(&self.book.path, &error);
        }
        identity.ok_or_else(|| AuthError::invalid_for(name, "unknown user or wrong password"))
    }

    fn scheme(&self) -> Scheme {
        Scheme::BASIC
    }

    fn prepare(&self) -> Result<(), BoxError> {
        self.book.read_if_changed()
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users").field("path", &self.book.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use http::Request;
    use http::header::AUTHORIZATION;

    use super::*;
    use crate::upgrade::UpgradeRequest;

    #[tokio::test]
    async fn no_more_passwords_are_checked_at_once_than_may_be() {
        let users = Users::from_file("nowhere.toml").max_parallel_checks(1);
        let (parts, ()) =
            Request::get("/").header(AUTHORIZATION, "Basic YW5uOnNlc2FtZQ==").body(()).unwrap().into_parts();
        let request = UpgradeRequest::new(parts, Vec::new(), None, false, None);
        let credentials = Credentials::of(&request, &[]).unwrap();

        let other = Arc::clone(&users.permits).try_acquire_owned().expect("nobody checks");
        let mut waiting = pin!(users.authenticate(&credentials));
        assert!(matches!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        assert_eq!(users.checks.load(Ordering::Relaxed), 0, "it waits for the other one");
        drop(other);
        assert!(waiting.await.is_err(), "there are no users");
        assert_eq!(users.checks.load(Ordering::Relaxed), 1);
        assert_eq!(users.permits.available_permits(), 1);
    }
}
