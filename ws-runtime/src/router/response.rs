//! The answers of the router itself.

use http::header::{
    CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, Response, StatusCode};
use std::borrow::Cow;
use std::time::Duration;
use ws_core::handshake::VERSION;
use ws_core::handshake::server::HandshakeError;

use crate::router::body::Body;
use crate::upgrade::UpgradeError;

/// Accepts the upgrade ([RFC 6455 §4.2.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2)). The user's headers cannot replace
/// those of the handshake.
pub(crate) fn switching_protocols(
    mut headers: HeaderMap,
    accept_key: &str,
    subprotocol: Option<&str>,
    extensions: Option<&str>,
) -> Response<Body> {
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.remove(SEC_WEBSOCKET_EXTENSIONS);
    headers.remove(SEC_WEBSOCKET_PROTOCOL);
    let values = [
        (SEC_WEBSOCKET_ACCEPT, Some(accept_key)),
        (SEC_WEBSOCKET_EXTENSIONS, extensions),
        (SEC_WEBSOCKET_PROTOCOL, subprotocol),
    ];
    for (name, value) in values {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    *response.headers_mut() = headers;
    response
}

/// Refuses the upgrade as the upgrade function says.
pub(crate) fn refusal(error: UpgradeError) -> Response<Body> {
    let (status, body, headers) = error.into_parts();
    let mut response = text(status, body);
    response.headers_mut().extend(headers);
    response
}

/// Refuses a request that is no valid upgrade.
pub(crate) fn bad_handshake(error: HandshakeError) -> Response<Body> {
    let status = match error {
        HandshakeError::NotAnUpgrade | HandshakeError::UnsupportedVersion => StatusCode::UPGRADE_REQUIRED,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = text(status, error.to_string().into());
    if status == StatusCode::UPGRADE_REQUIRED {
        // RFC 9110 §15.5.22: a 426 must say to what.
        set(&mut response, UPGRADE, "websocket");
        set(&mut response, CONNECTION, "Upgrade");
        set(&mut response, SEC_WEBSOCKET_VERSION, VERSION);
    }
    response
}

/// Refuses whoever there is no room for at present.
pub(crate) fn overloaded(code: StatusCode, retry_after: Duration) -> Response<Body> {
    let mut response = status(code);
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Answers with a status alone; its name is the body.
pub(crate) fn status(status: StatusCode) -> Response<Body> {
    text(status, status.canonical_reason().unwrap_or_default().into())
}

fn text(status: StatusCode, body: Cow<'static, str>) -> Response<Body> {
    let mut response = Response::new(Body::text(body));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/plain; charset=utf-8");
    response
}

fn set(response: &mut Response<Body>, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}
