// The arguments of the upgrade function, by role, in any order.
#![deny(warnings)]

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use websocket::{Accept, Listener, UpgradeError, UpgradeRequest};

type Name = String;
type Maybe<T> = Option<T>;

struct Id(u8);

impl FromStr for Id {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Id).map_err(drop)
    }
}

#[derive(Clone)]
struct Hub(Arc<str>);

struct All {
    names: Vec<String>,
}

#[websocket::service(path = "/chat/<room>/<type>/<rest..>", state = Hub)]
impl All {
    #[upgrade]
    async fn connect(
        #[header] user_agent: Option<String>,
        hub: &Hub,
        rest: String,
        #[query] r#as: Vec<String>,
        r#type: u8,
        request: &UpgradeRequest,
        _room: String,
        #[header("X-Api-Key")] _: String,
    ) -> Result<Accept<Self>, UpgradeError> {
        let _ = (user_agent, r#type, request, &hub.0);
        if rest.is_empty() {
            return Err(UpgradeError::forbidden("no"));
        }
        Ok(Accept::new(Self { names: r#as }))
    }

    #[remote]
    fn on_open(&self) -> String {
        self.names.join(", ")
    }
}

macro_rules! services {
    ($($name:ident($($args:tt)*): fn($($argument:tt)*) $body:block)*) => {
        $(
            struct $name;

            #[websocket::service($($args)*, state = Hub)]
            impl $name {
                #[upgrade]
                fn connect($($argument)*) -> Self {
                    $body
                    Self
                }

                #[remote]
                fn on_open(&self) {}
            }
        )*

        fn more(listener: websocket::Listener) -> websocket::Listener {
            let hub = Hub("hub".into());
            listener$(.service_with::<$name>(hub.clone()))*
        }
    };
}

services! {
    Nothing(path = "/"): fn() {}
    Parameter(path = "/<id>"): fn(id: Id) { let _ = id.0; }
    ParametersTurned(path = "/<a>/x/<b>"): fn(mut b: Name, _a: u64) { b.push('b'); }
    Rest(path = "/<rest..>"): fn(rest: String) { let _ = rest; }
    OnlyState(path = "/"): fn(hub: &Hub) { let _ = hub; }
    OnlyRequest(path = "/"): fn(_: &websocket::UpgradeRequest) {}
    StateFirst(path = "/<id>"): fn(_: &Hub, id: u8, _: &UpgradeRequest) { let _ = id; }
    RequestFirst(path = "/<id>"): fn(request: &UpgradeRequest, hub: &Hub, id: u8) { let _ = (request, hub, id); }
    Queries(path = "/"): fn(#[query] one: u8, #[query] maybe: Option<f32>, #[query] many: Vec<IpAddr>) {
        let _ = (one, maybe, many);
    }
    Aliases(path = "/"): fn(#[query] one: Name, #[query] maybe: Maybe<Id>, #[websocket::query] yes: bool) {
        let _ = (one, maybe.map(|id| id.0), yes);
    }
    Headers(path = "/"): fn(#[header] host: String, #[header] mut accept: Vec<Name>, #[header("X-A")] a: Maybe<u8>) {
        accept.push(host);
        let _ = a;
    }
    NamedHeaders(path = "/"): fn(#[websocket::header("a")] _: Option<u8>, #[header("b")] Id(b): Id) { let _ = b; }
}

fn main() {
    let _ = more(Listener::new(0)).service_with::<All>(Hub("hub".into()));
}
