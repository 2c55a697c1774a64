//! The answers of the router itself.

use http::header::{
    CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, Response, StatusCode, Version};
use std::borrow::Cow;
use std::time::Duration;
use ws_core::handshake::VERSION;
use ws_core::handshake::server::HandshakeError;

use crate::router::body::Body;
use crate::router::opening::Opening;
use crate::upgrade::UpgradeError;

/// Accepts the connection: with 101 ([RFC 6455 §4.2.2](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2)), or with 200 in HTTP/2
/// ([RFC 8441 §5](https://www.rfc-editor.org/rfc/rfc8441#section-5)). The user's headers cannot replace those of the handshake.
pub(crate) fn accepted(
    opening: &Opening,
    mut headers: HeaderMap,
    subprotocol: Option<&str>,
    extensions: Option<&str>,
) -> Response<Body> {
    for name in [UPGRADE, CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_PROTOCOL] {
        headers.remove(name);
    }
    let (status, accept_key) = match opening {
        #[cfg(feature = "http2")]
        Opening::Connect => (StatusCode::OK, None),
        Opening::Upgrade { accept_key } => {
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
            (StatusCode::SWITCHING_PROTOCOLS, Some(accept_key.as_str()))
        }
    };
    let values = [
        (SEC_WEBSOCKET_ACCEPT, accept_key),
        (SEC_WEBSOCKET_EXTENSIONS, extensions),
        (SEC_WEBSOCKET_PROTOCOL, subprotocol),
    ];
    for (name, value) in values {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
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

/// Refuses a request that opens no connection.
pub(crate) fn bad_handshake(error: HandshakeError, version: Version) -> Response<Body> {
    let status = match error {
        // There are no upgrades in HTTP/2.
        HandshakeError::NotAnUpgrade | HandshakeError::UnsupportedVersion if version < Version::HTTP_2 => {
            StatusCode::UPGRADE_REQUIRED
        }
        HandshakeError::OtherProtocol => StatusCode::NOT_IMPLEMENTED,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut response = text(status, error.to_string().into());
    if status == StatusCode::UPGRADE_REQUIRED {
        // RFC 9110 §15.5.22: a 426 must say to what.
        set(&mut response, UPGRADE, "websocket");
        set(&mut response, CONNECTION, "Upgrade");
    }
    if status == StatusCode::UPGRADE_REQUIRED || error == HandshakeError::UnsupportedVersion {
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
