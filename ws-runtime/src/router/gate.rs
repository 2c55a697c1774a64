//! Who may come in: asks the rules, and answers those whom they do not know.

use std::sync::Arc;

use http::{Response, StatusCode};

use crate::auth::{Auth, Credentials, Denied};
use crate::caller::login::Login;
use crate::log;
use crate::metrics;
use crate::router::body::Body;
use crate::router::guard::guarded;
use crate::router::{Config, refused, response};
use crate::upgrade::UpgradeRequest;

/// Finds out who sends a request; nobody where there are no rules.
///
/// # Errors
/// The answer to somebody who may not come in.
pub(crate) async fn identify(
    auth: &Arc<Auth>,
    path: &'static str,
    request: &mut UpgradeRequest,
    config: &Config,
) -> Result<Option<Box<Login>>, Response<Body>> {
    if auth.is_open() {
        return Ok(None);
    }
    let address = request.remote_addr().map(|peer| peer.ip());
    if let Some(wait) = auth.attempts().wait(address) {
        let response = response::overloaded(StatusCode::TOO_MANY_REQUESTS, wait);
        return Err(refused(
            response,
            Some(path),
            request.remote_addr(),
            "address has shown wrong credentials too often",
        ));
    }
    let identified = guarded(config.handshake_timeout, async {
        let credentials = Credentials::of(request, auth.sources())?;
        auth.identify(&credentials).await
    });
    match identified.await {
        Ok(Ok(identity)) => {
            let identity = Arc::new(identity);
            request.set_identity(Arc::clone(&identity));
            Ok(Some(Box::new(Login::new(Arc::<Auth>::clone(auth), identity))))
        }
        Ok(Err(denied)) => {
            if denied.is_wrong() {
                auth.attempts().count(address);
            }
            let response = answer(auth, &denied, config);
            log::authentication_failed(Some(path), request.remote_addr(), response.status(), denied.subject(), &denied);
            metrics::count_request(Some(path), response.status());
            Err(response)
        }
        Err(failure) => {
            log::authentication_broke(path, failure.as_str());
            let response = response::status(failure.status());
            Err(refused(response, Some(path), request.remote_addr(), "rule for who may connect failed"))
        }
    }
}

fn answer(auth: &Auth, denied: &Denied, config: &Config) -> Response<Body> {
    match denied {
        Denied::Unavailable(_) => response::overloaded(StatusCode::SERVICE_UNAVAILABLE, config.retry_after),
        denied => response::refusal(auth.refusal(denied)),
    }
}
