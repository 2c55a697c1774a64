//! Decisions by type, in generated code.
//!
//! `(&&Kind::<T>::new()).method(…)` finds `method` by auto-ref: first in a trait that is implemented for `&Kind<T>`, then in one for
//! `Kind<T>`. So the implementations for `&Kind<T>` with a bound on `T` win over the one for every `Kind<T>`, without a wrapper
//! type or an annotation of the user's.

use std::marker::PhantomData;

/// The type that a stage decides about, and what earlier stages have decided.
#[derive(Debug)]
pub struct Kind<T, D = ()>(PhantomData<fn() -> (T, D)>);

impl<T, D> Kind<T, D> {
    /// Names the type.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Kind<T> {
    /// Takes the type from a value.
    #[must_use]
    pub const fn of(_: &T) -> Self {
        Self::new()
    }
}

impl<T, D> Default for Kind<T, D> {
    fn default() -> Self {
        Self::new()
    }
}
