//! What an HTTP request may cost before it reaches a service.

use http::{HeaderMap, StatusCode, Uri, header};

use crate::error::ConfigError;

/// The limits of an HTTP request, upgrade or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "config", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
#[expect(clippy::struct_field_names, reason = "the names that users of the original know")]
pub struct RequestLimits {
    max_uri_length: usize,
    max_header_size: usize,
    max_headers: usize,
    max_entity_body_size: Option<u64>,
}

impl RequestLimits {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { max_uri_length: 4096, max_header_size: 8192, max_headers: 100, max_entity_body_size: None }
    }

    /// Limits the length of the request target: a longer one gets 414. Bytes, 1 to 65 534; default 4096. One so long that the head
    /// of the request is not read to its end (67 582 bytes and [`max_header_size`](Self::max_header_size)) gets 431.
    #[must_use]
    pub const fn max_uri_length(mut self, bytes: usize) -> Self {
        self.max_uri_length = bytes;
        self
    }

    /// Limits the header fields, names and values together: more gets 431. Bytes; default 8192.
    #[must_use]
    pub const fn max_header_size(mut self, bytes: usize) -> Self {
        self.max_header_size = bytes;
        self
    }

    /// Limits how many header fields a request has: more get 431. 1 to 32 768; default 100.
    #[must_use]
    pub const fn max_headers(mut self, count: usize) -> Self {
        self.max_headers = count;
        self
    }

    /// Limits the body of a request: one that is declared longer gets 413, and one that turns out longer breaks off with an
    /// error for the fallback that reads it. Bytes; default no limit.
    #[must_use]
    pub const fn max_entity_body_size(mut self, bytes: u64) -> Self {
        self.max_entity_body_size = Some(bytes);
        self
    }

    /// Returns the room that an HTTP parser needs to see a request that breaks a limit: the longest target that it accepts at
    /// all, and the header fields.
    pub(crate) fn buffer_size(&self) -> usize {
        const LONGEST_TARGET: usize = 65_534;
        const REQUEST_LINE_AND_SEPARATORS: usize = 2048;
        LONGEST_TARGET + REQUEST_LINE_AND_SEPARATORS + self.max_header_size
    }

    /// Returns the same for HTTP/2, whose list of header fields has the target in it, and counts 32 bytes more for each of them
    /// ([RFC 9113 §6.5.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2)).
    #[cfg(feature = "http2")]
    pub(crate) fn header_list_size(&self) -> u32 {
        const PSEUDO_FIELDS: usize = 5;
        u32::try_from(self.buffer_size() + 32 * (self.max_headers + PSEUDO_FIELDS)).unwrap_or(u32::MAX)
    }

    pub(crate) fn body_limit(&self) -> Option<usize> {
        self.max_entity_body_size.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if !(1..=65_534).contains(&self.max_uri_length) {
            return Err(ConfigError::Listener { key: "max_uri_length", reason: "must be from 1 to 65534" });
        }
        if self.max_header_size == 0 {
            return Err(ConfigError::Listener { key: "max_header_size", reason: "must be at least 1" });
        }
        if !(1..=MAX_HEADERS).contains(&self.max_headers) {
            return Err(ConfigError::Listener { key: "max_headers", reason: "must be from 1 to 32768" });
        }
        Ok(())
    }

    /// Returns how many header fields an HTTP parser needs to take; `None` for what it takes by itself.
    pub(crate) fn parsed_headers(&self) -> Option<usize> {
        (self.max_headers != RequestLimits::new().max_headers).then_some(self.max_headers)
    }

    /// Checks a request.
    ///
    /// # Errors
    /// The status that refuses it.
    pub(crate) fn check_request(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), StatusCode> {
        let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
        if target > self.max_uri_length {
            return Err(StatusCode::URI_TOO_LONG);
        }
        let header_size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if header_size > self.max_header_size || headers.len() > self.max_headers {
            return Err(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        match (declared, self.max_entity_body_size) {
            (Some(length), Some(limit)) if length > limit => Err(StatusCode::PAYLOAD_TOO_LARGE),
            _ => Ok(()),
        }
    }
}

/// What a map of headers can hold.
const MAX_HEADERS: usize = 32_768;

impl Default for RequestLimits {
    fn default() -> Self {
        Self::new()
    }
}
