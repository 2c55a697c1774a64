// The runtime crate under other names, and through other modules.
#![deny(warnings)]

mod facade {
    pub(crate) mod ws {
        pub use ::websocket::*;
    }

    pub(crate) use ::websocket as direct;
}

// No module of this name is the runtime crate.
mod websocket {}

use facade::ws::{Caller, Listener, Message, UpgradeError};

struct Chat(String);

#[facade::ws::service(
    path = "/chat/<name>",
    crate = crate::facade::ws,
    dispatcher_key = "event",
    dispatcher_stream_id = "id",
    max_frame_size = 1024
)]
impl Chat {
    #[facade::ws::upgrade]
    async fn connect(
        name: String,
        #[facade::ws::query] page: Option<u32>,
        #[facade::ws::header("x-key")] _: Vec<u8>,
    ) -> Result<Self, UpgradeError> {
        let _ = page;
        Ok(Self(name))
    }

    #[facade::ws::remote]
    async fn on_message(&mut self, _caller: &Caller, message: Message) -> Message {
        message
    }

    #[facade::ws::remote(event = "name")]
    fn name(&self) -> Option<&str> {
        Some(&self.0)
    }

    #[facade::ws::remote]
    fn on_close(&self) {}
}

#[derive(Default)]
struct Relative;

#[facade::direct::service(path = "/relative", crate = facade::direct)]
impl Relative {
    #[facade::direct::remote]
    fn on_open(&self) {}
}

mod below {
    use super::facade::ws;

    #[derive(Default)]
    pub struct OfSuper;

    #[super::facade::direct::service(path = "/super", crate = super::facade::direct)]
    impl OfSuper {
        #[remote]
        fn on_open(&self) {}
    }

    #[derive(Default)]
    pub struct OfSelf;

    #[ws::service(path = "/self", crate = self::ws)]
    impl OfSelf {
        #[remote]
        fn on_open(&self) {}
    }

    #[derive(Default)]
    pub struct Imported;

    #[ws::service(path = "/imported", crate = ws)]
    impl Imported {
        #[remote]
        fn on_open(&self) {}
    }
}

fn main() {
    use ::websocket as local;

    #[derive(Default)]
    struct Local;

    #[local::service(path = "/local", crate = local)]
    impl Local {
        #[remote]
        fn on_open(&self) {}
    }

    let listener = Listener::new(0).service::<Chat>().service::<Relative>().service::<Local>();
    let _ = listener.service::<below::OfSuper>().service::<below::OfSelf>().service::<below::Imported>();
}
