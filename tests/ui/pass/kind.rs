// The name `Kind` belongs to the user: of an argument's type, of the service, of a type parameter.
#![deny(warnings)]

use std::num::ParseIntError;
use std::str::FromStr;

use websocket::Listener;

#[derive(Default)]
struct Kind(u8);

impl FromStr for Kind {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

struct Chat(Kind);

#[websocket::service(path = "/<kind>")]
impl Chat {
    #[upgrade]
    fn connect(kind: Kind, #[query] other: Option<Kind>) -> Self {
        Self(other.unwrap_or(kind))
    }

    #[remote]
    fn on_open(&self) -> u8 {
        self.0.0
    }
}

#[websocket::service(path = "/kind")]
impl Kind {
    #[remote]
    fn on_open(&self) {}
}

mod generic {
    #[derive(Default)]
    pub struct Chat<Kind>(Kind);

    #[websocket::service(path = "/generic")]
    impl<Kind: Send + Default + 'static> Chat<Kind> {
        #[remote]
        fn on_open(&self) {
            let _ = &self.0;
        }
    }
}

fn main() {
    let _ = Listener::new(0).service::<Chat>().service::<Kind>().service::<generic::Chat<u8>>();
}
