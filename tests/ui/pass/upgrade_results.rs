// Everything that an upgrade function can return, sync and async.
#![deny(warnings)]

use websocket::http::{HeaderValue, header};
use websocket::{Accept, Listener, UpgradeError};

type Answer<T> = Result<T, UpgradeError>;

struct Banned;

impl From<Banned> for UpgradeError {
    fn from(_: Banned) -> Self {
        Self::forbidden("banned")
    }
}

macro_rules! services {
    ($($name:ident: $(#[$attribute:meta])* ($($qualifier:tt)*) -> $output:ty $body:block)*) => {
        $(
            struct $name;

            #[websocket::service(path = "/")]
            impl $name {
                $(#[$attribute])*
                $($qualifier)* fn connect() -> $output $body

                #[remote]
                fn on_open(&self) {}
            }
        )*

        fn main() {
            let _ = Listener::new(0)$(.service::<$name>())*;
        }
    };
}

services! {
    Plain: #[upgrade] () -> Self { Self }
    Late: #[upgrade] (async) -> Self { Self }
    Public: #[websocket::upgrade] (pub) -> Self { Self }
    Named: #[upgrade] () -> Named { Named }
    Headers: #[upgrade] () -> Accept<Self> {
        Accept::new(Self).with_header(header::SERVER, HeaderValue::from_static("chat"))
    }
    LateHeaders: #[upgrade] (async) -> Accept<Self> { Accept::new(Self) }
    Fallible: #[upgrade] () -> Result<Self, UpgradeError> { Err(UpgradeError::forbidden("no")) }
    LateFallible: #[upgrade] (pub(crate) async) -> Result<Self, UpgradeError> { Ok(Self) }
    FallibleHeaders: #[upgrade] () -> Result<Accept<Self>, UpgradeError> { Ok(Accept::new(Self)) }
    LateFallibleHeaders: #[upgrade] (async) -> Result<websocket::Accept<Self>, UpgradeError> { Ok(Accept::new(Self)) }
    OwnError: #[upgrade] () -> Result<Self, Banned> { Err(Banned) }
    OwnErrorHeaders: #[upgrade] (async) -> Result<Accept<Self>, Banned> { Ok(Accept::new(Self)) }
    Alias: #[upgrade] () -> Answer<Self> { Ok(Self) }
    AliasHeaders: #[upgrade] () -> Answer<Accept<Self>> { Ok(Accept::new(Self)) }
    NamedResult: #[upgrade] () -> std::result::Result<NamedResult, UpgradeError> { Ok(NamedResult) }
}
