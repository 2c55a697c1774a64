//! From the request to the arguments of an upgrade function.
//!
//! As with payloads, the type of the argument decides, not its spelling.

use std::str::FromStr;

use http::{HeaderName, HeaderValue};

use crate::upgrade::{UpgradeError, UpgradeRequest};

/// What a path parameter can be: any type that implements [`FromStr`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a path parameter",
    label = "does not implement `FromStr`",
    note = "use `String`, a number, or a type that implements `std::str::FromStr`"
)]
pub trait FromSegment: Sized {
    /// 404 when it cannot be parsed: there is no such thing at this path.
    #[doc(hidden)]
    fn extract(request: &UpgradeRequest, name: &str) -> Result<Self, UpgradeError>;
}

#[diagnostic::do_not_recommend]
impl<T: FromStr> FromSegment for T {
    fn extract(request: &UpgradeRequest, name: &str) -> Result<Self, UpgradeError> {
        let value = request.path_parameter(name).unwrap_or_default();
        value.parse().map_err(|_| UpgradeError::not_found(format!("path parameter `{name}` is invalid")))
    }
}

/// What a query parameter or a header can be: any type that implements [`FromStr`], or an `Option` or a `Vec` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a query parameter or a header",
    label = "does not implement `FromStr`",
    note = "use a type that implements `std::str::FromStr`, or an `Option` or a `Vec` of one"
)]
pub trait FromValues<K>: Sized {
    /// 400 when a value is missing or cannot be parsed.
    #[doc(hidden)]
    fn from_values(place: Place, values: &[String]) -> Result<Self, UpgradeError>;

    #[doc(hidden)]
    fn query(request: &UpgradeRequest, name: &'static str) -> Result<Self, UpgradeError> {
        Place::Query(name).extract(request)
    }

    /// The name in small letters.
    #[doc(hidden)]
    fn header(request: &UpgradeRequest, name: &'static str) -> Result<Self, UpgradeError> {
        Place::Header(name).extract(request)
    }
}

/// The value must be there.
#[derive(Debug)]
pub struct One;
/// The value may be there.
#[derive(Debug)]
pub struct Optional;
/// The value may be there any number of times.
#[derive(Debug)]
pub struct Many;

#[diagnostic::do_not_recommend]
impl<T: FromStr> FromValues<One> for T {
    fn from_values(place: Place, values: &[String]) -> Result<Self, UpgradeError> {
        place.parse(values.first().ok_or_else(|| place.missing())?)
    }
}

#[diagnostic::do_not_recommend]
impl<T: FromStr> FromValues<Optional> for Option<T> {
    fn from_values(place: Place, values: &[String]) -> Result<Self, UpgradeError> {
        values.first().map(|value| place.parse(value)).transpose()
    }
}

#[diagnostic::do_not_recommend]
impl<T: FromStr> FromValues<Many> for Vec<T> {
    fn from_values(place: Place, values: &[String]) -> Result<Self, UpgradeError> {
        values.iter().map(|value| place.parse(value)).collect()
    }
}

/// Where a value stands in the request.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In the query.
    Query(&'static str),
    /// In a header; the name in small letters.
    Header(&'static str),
}

impl Place {
    fn extract<T: FromValues<K>, K>(self, request: &UpgradeRequest) -> Result<T, UpgradeError> {
        T::from_values(self, &self.values(request)?)
    }

    fn values(self, request: &UpgradeRequest) -> Result<Vec<String>, UpgradeError> {
        match self {
            Self::Query(name) => Ok(request.query_values(name).collect()),
            Self::Header(name) => {
                // The macro has checked that the name is one.
                let name = HeaderName::from_static(name);
                let text = |value: &HeaderValue| value.to_str().map(str::to_owned).map_err(|_| self.invalid());
                request.headers().get_all(name).iter().map(text).collect()
            }
        }
    }

    fn parse<T: FromStr>(self, value: &str) -> Result<T, UpgradeError> {
        value.parse().map_err(|_| self.invalid())
    }

    fn missing(self) -> UpgradeError {
        UpgradeError::bad_request(match self {
            Self::Query(name) => format!("query parameter `{name}` is missing"),
            Self::Header(name) => format!("header `{name}` is missing"),
        })
    }

    fn invalid(self) -> UpgradeError {
        UpgradeError::bad_request(match self {
            Self::Query(name) => format!("query parameter `{name}` is invalid"),
            Self::Header(name) => format!("header `{name}` is invalid"),
        })
    }
}
