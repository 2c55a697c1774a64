// The runtime crate under another name.
#![deny(warnings)]

mod renamed {
    pub use ::websocket::*;
}

use renamed::{Caller, Listener, UpgradeError};

struct Chat(String);

#[renamed::service(path = "/chat/<name>", crate = crate::renamed)]
impl Chat {
    #[renamed::upgrade]
    async fn connect(name: String, #[query] page: Option<u32>) -> Result<Self, UpgradeError> {
        let _ = page;
        Ok(Self(name))
    }

    #[renamed::remote]
    async fn on_text_message(&mut self, _caller: &Caller, text: &str) -> String {
        format!("{}: {text}", self.0)
    }
}

fn main() {
    let _ = Listener::new(0).service::<Chat>();
}
