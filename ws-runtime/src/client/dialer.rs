//! What carries a client's bytes when it is not TCP.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::future::BoxedFuture;
use crate::transport::Stream;

/// Makes a stream to the server, each time that the client connects.
#[derive(Clone)]
pub(crate) struct Dialer(Arc<dyn Fn() -> Dialing + Send + Sync>);

type Dialing = BoxedFuture<'static, io::Result<Box<dyn Stream>>>;

impl Dialer {
    pub(crate) fn new<S, F>(dial: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        S: Stream + 'static,
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        Self(Arc::new(move || {
            let dialing = dial();
            Box::pin(async move { Ok(Box::new(dialing.await?) as Box<dyn Stream>) })
        }))
    }

    pub(crate) async fn dial(&self) -> io::Result<Box<dyn Stream>> {
        (self.0)().await
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}
