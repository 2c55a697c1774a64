//! Futures whose type is forgotten.

use std::pin::Pin;

/// A future that can be sent to another thread, boxed.
pub(crate) type BoxedFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
