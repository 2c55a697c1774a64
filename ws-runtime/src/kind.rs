//! Decisions by type, in generated code.
//!
//! `(&&Kind::<T>::new()).method(…)` finds `method` by auto-ref: first in a trait that is implemented for `&Kind<T>`, then in one for
//! `Kind<T>`. So the implementations for `&Kind<T>` with a bound on `T` win over the one for every `Kind<T>`, without a wrapper
//! type or an annotation of the user's.

use std::marker::PhantomData;

/// The type that a stage decides about.
#[derive(Debug)]
pub struct Kind<T>(PhantomData<fn() -> T>);

impl<T> Kind<T> {
    /// Names the type.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// Takes the type from a value.
    #[must_use]
    pub const fn of(_: &T) -> Self {
        Self::new()
    }
}

impl<T> Default for Kind<T> {
    fn default() -> Self {
        Self::new()
    }
}
