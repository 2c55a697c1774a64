//! What those hear who may not connect, and the rules for upgrade functions that decide themselves.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};

use crate::auth::{Auth, Credentials, Denied};
use crate::identity::Identity;
use crate::log;
use crate::upgrade::{UpgradeError, UpgradeRequest};

impl Auth {
    /// Finds out who sends a request, for an upgrade function that decides itself whom to ask: by the path, for instance. Rules that hold
    /// for all requests are better said with `auth` in the attribute: nobody can forget to ask them.
    ///
    /// ```
    /// use websocket::{Auth, UpgradeError, UpgradeRequest};
    ///
    /// struct Room;
    ///
    /// #[websocket::service(path = "/rooms/<name>", state = Auth)]
    /// impl Room {
    ///     #[upgrade]
    ///     async fn enter(name: String, request: &UpgradeRequest, members: &Auth) -> Result<Self, UpgradeError> {
    ///         if name != "lobby" {
    ///             members.authenticate(request).await?;
    ///         }
    ///         Ok(Self)
    ///     }
    /// #   #[remote] fn on_text_message(&mut self, text: String) -> String { text }
    /// }
    /// ```
    ///
    /// [`Caller::identity`](crate::Caller::identity) does not know of it, and the connection does not end with the credentials: keep the
    /// identity in the service. The rules are not checked when the listener binds; a mistake in them refuses everybody.
    ///
    /// # Errors
    /// The answer to somebody who may not connect, with the status and the headers that the attribute would give.
    pub async fn authenticate(&self, request: &UpgradeRequest) -> Result<Identity, UpgradeError> {
        let address = request.remote_addr().map(|peer| peer.ip());
        if let Some(wait) = self.attempts().wait(address) {
            let seconds = HeaderValue::from(wait.as_secs() + 1);
            let error = UpgradeError::new(StatusCode::TOO_MANY_REQUESTS, reason(StatusCode::TOO_MANY_REQUESTS));
            return Err(error.with_header(RETRY_AFTER, seconds));
        }
        let identified = match Credentials::of(request, self.sources()) {
            Ok(credentials) => self.identify(&credentials).await,
            Err(duplicate) => Err(duplicate.into()),
        };
        identified.map_err(|denied| {
            if denied.is_wrong() {
                self.attempts().count(address);
            }
            let error = self.refusal(&denied);
            log::authentication_failed(None, request.remote_addr(), error.status(), denied.subject(), &denied);
            error
        })
    }

    /// Returns the answer to somebody who may not connect.
    pub(crate) fn refusal(&self, denied: &Denied) -> UpgradeError {
        let status = match denied {
            Denied::Duplicate => StatusCode::BAD_REQUEST,
            Denied::Forbidden { .. } => StatusCode::FORBIDDEN,
            Denied::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Denied::Unknown(_) => StatusCode::UNAUTHORIZED,
        };
        let challenges = if let Denied::Unavailable(_) = denied { Vec::new() } else { self.challenges(denied) };
        let values = challenges.into_iter().filter_map(|challenge| HeaderValue::try_from(challenge).ok());
        values
            .fold(UpgradeError::new(status, reason(status)), |error, value| error.with_header(WWW_AUTHENTICATE, value))
    }
}

fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or_default()
}
