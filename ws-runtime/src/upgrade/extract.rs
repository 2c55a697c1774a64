//! From the request to the arguments of an upgrade function.
//!
//! As with payloads, the type of the argument decides, not its spelling: the stages are chosen by auto-ref, and a type that no
//! stage fits falls through in silence, because the assertion on [`FromSegment`] or [`FromValues`] is the error that the user sees.

use std::str::FromStr;

use http::{HeaderName, HeaderValue};

use crate::kind::Kind;
use crate::upgrade::{UpgradeError, UpgradeRequest};

/// What a path parameter can be: any type that implements [`FromStr`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a path parameter",
    label = "does not implement `FromStr`",
    note = "use `String`, a number, or a type that implements `std::str::FromStr`"
)]
pub trait FromSegment {
    #[doc(hidden)]
    const CHECK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: FromStr> FromSegment for T {}

/// What a query parameter or a header can be: any type that implements [`FromStr`], or an `Option` or a `Vec` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a query parameter or a header",
    label = "does not implement `FromStr`",
    note = "use a type that implements `std::str::FromStr`, or an `Option` or a `Vec` of one"
)]
pub trait FromValues<K> {
    #[doc(hidden)]
    const CHECK: () = ();
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
impl<T: FromStr> FromValues<One> for T {}
#[diagnostic::do_not_recommend]
impl<T: FromStr> FromValues<Optional> for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: FromStr> FromValues<Many> for Vec<T> {}

/// Where a value stands in the request.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In the query.
    Query(&'static str),
    /// In a header; the name in small letters.
    Header(&'static str),
}

impl Place {
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

/// A path parameter.
pub trait ExtractSegment<T> {
    /// Parses the parameter.
    ///
    /// # Errors
    /// 404 when it cannot be parsed: there is no such thing at this path.
    fn segment(&self, request: &UpgradeRequest, name: &str) -> Result<T, UpgradeError>;
}

impl<T: FromStr> ExtractSegment<T> for &Kind<T> {
    fn segment(&self, request: &UpgradeRequest, name: &str) -> Result<T, UpgradeError> {
        let value = request.path_parameter(name).unwrap_or_default();
        value.parse().map_err(|_| UpgradeError::not_found(format!("path parameter `{name}` is invalid")))
    }
}

/// A value that may be missing.
pub trait ExtractOptional<T> {
    /// Parses the first value, if there is one.
    ///
    /// # Errors
    /// 400 when it cannot be parsed.
    fn value(&self, request: &UpgradeRequest, place: Place) -> Result<Option<T>, UpgradeError>;
}

impl<T: FromStr> ExtractOptional<T> for &&Kind<Option<T>> {
    fn value(&self, request: &UpgradeRequest, place: Place) -> Result<Option<T>, UpgradeError> {
        place.values(request)?.first().map(|value| place.parse(value)).transpose()
    }
}

/// A value that may occur any number of times.
pub trait ExtractMany<T> {
    /// Parses all values.
    ///
    /// # Errors
    /// 400 when one cannot be parsed.
    fn value(&self, request: &UpgradeRequest, place: Place) -> Result<Vec<T>, UpgradeError>;
}

impl<T: FromStr> ExtractMany<T> for &&Kind<Vec<T>> {
    fn value(&self, request: &UpgradeRequest, place: Place) -> Result<Vec<T>, UpgradeError> {
        place.values(request)?.iter().map(|value| place.parse(value)).collect()
    }
}

/// A value that must be there.
pub trait ExtractOne<T> {
    /// Parses the first value.
    ///
    /// # Errors
    /// 400 when it is missing or cannot be parsed.
    fn value(&self, request: &UpgradeRequest, place: Place) -> Result<T, UpgradeError>;
}

impl<T: FromStr> ExtractOne<T> for &Kind<T> {
    fn value(&self, request: &UpgradeRequest, place: Place) -> Result<T, UpgradeError> {
        let values = place.values(request)?;
        place.parse(values.first().ok_or_else(|| place.missing())?)
    }
}

/// Last stage: a type that cannot be read from a request. The assertion on the type has stopped the build.
pub trait Unfit<T> {
    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn segment(&self, request: &UpgradeRequest, name: &str) -> Result<T, UpgradeError>;
    /// Is never run.
    ///
    /// # Errors
    /// None.
    fn value(&self, request: &UpgradeRequest, place: Place) -> Result<T, UpgradeError>;
}

impl<T> Unfit<T> for Kind<T> {
    fn segment(&self, _: &UpgradeRequest, _: &str) -> Result<T, UpgradeError> {
        unreachable!("a type that cannot be a path parameter does not compile")
    }

    fn value(&self, _: &UpgradeRequest, _: Place) -> Result<T, UpgradeError> {
        unreachable!("a type that cannot be read from a request does not compile")
    }
}

/// Reads a path parameter.
#[doc(hidden)]
#[macro_export]
macro_rules! __path {
    ($request:ident, $name:literal as $argument:ty) => {{
        use $crate::__private::{ExtractSegment as _, UnfitArgument as _};
        (&&$crate::__private::Kind::<$argument>::new()).segment($request, $name)
    }};
}

/// Reads a query parameter.
#[doc(hidden)]
#[macro_export]
macro_rules! __query {
    ($request:ident, $name:literal as $argument:ty) => {{
        use $crate::__private::{ExtractMany as _, ExtractOne as _, ExtractOptional as _, UnfitArgument as _};
        (&&&$crate::__private::Kind::<$argument>::new()).value($request, $crate::__private::Place::Query($name))
    }};
}

/// Reads a header.
#[doc(hidden)]
#[macro_export]
macro_rules! __header {
    ($request:ident, $name:literal as $argument:ty) => {{
        use $crate::__private::{ExtractMany as _, ExtractOne as _, ExtractOptional as _, UnfitArgument as _};
        (&&&$crate::__private::Kind::<$argument>::new()).value($request, $crate::__private::Place::Header($name))
    }};
}
