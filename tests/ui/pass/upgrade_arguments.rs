// The arguments of the upgrade function, by role, in any order.
#![deny(warnings)]

use std::sync::Arc;

use websocket::{Accept, Listener, UpgradeError, UpgradeRequest};

struct Chat {
    names: Vec<String>,
}

#[derive(Clone)]
struct Hub(Arc<str>);

#[websocket::service(path = "/chat/<room>/<type>/<rest..>", state = Hub)]
impl Chat {
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

struct Plain;

#[websocket::service(path = "/plain")]
impl Plain {
    #[upgrade]
    fn new() -> Self {
        Self
    }

    #[remote]
    fn on_open(&self) {}
}

fn main() {
    let _ = Listener::new(0).service_with::<Chat>(Hub("hub".into())).service::<Plain>();
}
