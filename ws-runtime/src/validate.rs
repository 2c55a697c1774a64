//! What a payload says about its own validity.

use std::fmt;

/// A payload that knows whether it is valid, beyond its type.
///
/// A payload type that implements it is validated before its callback runs, unless the service says `validation = false`; a type that
/// does not costs nothing. With the feature `garde`, every type that derives `garde::Validate` implements it.
///
/// In a generic service the bounds in scope decide: a payload `T` is validated where `T: Validate` is one of them.
///
/// ```
/// use websocket::{Validate, ValidationError};
///
/// struct Order { amount: u32 }
///
/// impl Validate for Order {
///     fn validate(&self) -> Result<(), ValidationError> {
///         if self.amount == 0 { Err(ValidationError::new("amount", "must be at least 1")) } else { Ok(()) }
///     }
/// }
/// assert_eq!(Order { amount: 0 }.validate().unwrap_err().to_string(), "amount: must be at least 1");
/// ```
pub trait Validate {
    /// Checks the payload.
    ///
    /// # Errors
    /// What is not valid.
    fn validate(&self) -> Result<(), ValidationError>;
}

/// What is not valid in a payload: at least one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    /// Fields with their causes.
    mistakes: Vec<(String, String)>,
}

impl ValidationError {
    /// Makes an error of one field, as `pair[0].name`, and what is wrong with it. The field is empty if it is the payload itself.
    pub fn new(field: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { mistakes: vec![(field.into(), cause.into())] }
    }

    /// Adds another field.
    #[must_use]
    pub fn and(mut self, field: impl Into<String>, cause: impl Into<String>) -> Self {
        self.mistakes.push((field.into(), cause.into()));
        self
    }

    /// Returns the fields that are not valid, each with its cause.
    pub fn mistakes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.mistakes.iter().map(|(field, cause)| (field.as_str(), cause.as_str()))
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, cause)) in self.mistakes().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            if !field.is_empty() {
                write!(f, "{field}: ")?;
            }
            f.write_str(cause)?;
        }
        Ok(())
    }
}

impl std::error::Error for ValidationError {}

#[cfg(feature = "garde")]
impl<T> Validate for T
where
    T: garde::Validate,
    T::Context: Default,
{
    fn validate(&self) -> Result<(), ValidationError> {
        let Err(report) = garde::Validate::validate(self) else { return Ok(()) };
        let mistakes = report.iter().map(|(path, error)| (path.to_string(), error.to_string())).collect();
        Err(ValidationError { mistakes })
    }
}
