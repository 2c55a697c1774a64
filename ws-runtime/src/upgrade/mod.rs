//! What an upgrade function is given, and how it refuses.

mod error;
pub(crate) mod extract;
mod request;

pub use error::UpgradeError;
pub use extract::{FromSegment, FromValues};
pub use request::UpgradeRequest;
