//! What drivers say, and what drivers and riders hear.

use serde::{Deserialize, Serialize};
use websocket::{Validate, ValidationError};

/// A place, in degrees.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub(crate) struct Location {
    latitude: f64,
    longitude: f64,
}

impl Validate for Location {
    fn validate(&self) -> Result<(), ValidationError> {
        if !(-90.0..=90.0).contains(&self.latitude) {
            return Err(ValidationError::new("latitude", "must be from -90 to 90"));
        }
        if !(-180.0..=180.0).contains(&self.longitude) {
            return Err(ValidationError::new("longitude", "must be from -180 to 180"));
        }
        Ok(())
    }
}

/// Everything that is sent.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub(crate) enum News<'a> {
    /// Somebody has connected, and is told so.
    Welcome { message: String },
    /// A driver takes riders.
    Ready { driver: &'a str },
    /// A driver is here now.
    Location {
        driver: &'a str,
        #[serde(flatten)]
        location: Location,
    },
    /// A driver takes riders no more.
    Gone { driver: &'a str },
    /// What was said makes no sense.
    Error { message: String },
}
