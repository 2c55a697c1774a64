//! The refusal of an upgrade.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// Refuses an upgrade: an HTTP status, a body of plain text, and extra headers.
///
/// The default status is 400. `"text".into()` and a `String` make one with that status, a [`StatusCode`] one without a body, so
/// that an upgrade function can use `?` on them.
#[derive(Clone, Debug)]
pub struct UpgradeError {
    status: StatusCode,
    body: Cow<'static, str>,
    headers: Option<Box<HeaderMap>>,
}

impl UpgradeError {
    /// Refuses with a status and a body. A status that is no refusal (1xx and 2xx) is replaced by 500.
    #[must_use]
    pub fn new(status: StatusCode, body: impl Into<Cow<'static, str>>) -> Self {
        let is_refusal = !status.is_informational() && !status.is_success();
        let status = if is_refusal { status } else { StatusCode::INTERNAL_SERVER_ERROR };
        Self { status, body: body.into(), headers: None }
    }

    /// Refuses with 400.
    #[must_use]
    pub fn bad_request(body: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, body)
    }

    /// Refuses with 401.
    #[must_use]
    pub fn unauthorized(body: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, body)
    }

    /// Refuses with 403.
    #[must_use]
    pub fn forbidden(body: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, body)
    }

    /// Refuses with 404.
    #[must_use]
    pub fn not_found(body: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, body)
    }

    /// Refuses with 500.
    #[must_use]
    pub fn internal(body: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, body)
    }

    /// Adds a header to the response, `WWW-Authenticate` or `Retry-After` for instance.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.get_or_insert_default().append(name, value);
        self
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    pub(crate) fn into_parts(self) -> (StatusCode, Cow<'static, str>, HeaderMap) {
        (self.status, self.body, self.headers.map(|headers| *headers).unwrap_or_default())
    }
}

impl From<Infallible> for UpgradeError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<&'static str> for UpgradeError {
    fn from(body: &'static str) -> Self {
        Self::bad_request(body)
    }
}

impl From<String> for UpgradeError {
    fn from(body: String) -> Self {
        Self::bad_request(body)
    }
}

impl From<StatusCode> for UpgradeError {
    fn from(status: StatusCode) -> Self {
        Self::new(status, "")
    }
}

impl fmt::Display for UpgradeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "upgrade refused with {}", self.status)?;
        if self.body.is_empty() { Ok(()) } else { write!(f, ": {}", self.body) }
    }
}

impl std::error::Error for UpgradeError {}
