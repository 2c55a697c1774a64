// Traits of the user that give every type methods and constants with the names of the expansion's own.
#![deny(warnings)]
#![allow(dead_code)]

use serde::{Deserialize, Serialize};
use websocket::{Error, Listener, Message, Stream};

macro_rules! traps {
    ($by_reference:ident $by_value:ident: $($name:ident)*) => {
        trait $by_reference {
            const CHECK: u8 = 0;
            const DEFAULT: u8 = 0;
            const DESCRIPTOR: u8 = 0;
            $(fn $name(&self) {})*
        }

        impl<T: ?Sized> $by_reference for T {}

        mod by_value {
            pub trait $by_value: Sized {
                $(fn $name(self) {})*
            }

            impl<T> $by_value for T {}
        }
    };
}

traps! {
    ByReference ByValue:
    accept answer bind call check checked each element elements compression extract fail idle_timeout into_result into_seconds max_frame_size of on_join on_open option payload poll_next
    pong reply segment send send_element settings settle take unpack upgrade validate value
}

#[derive(Deserialize, Serialize)]
struct Join {
    room: u8,
}

macro_rules! service {
    ($name:ident) => {
        struct $name;

        #[websocket::service(path = "/<id>", dispatcher_key = "event", dispatcher_stream_id = "id", idle_timeout = 1)]
        impl $name {
            #[upgrade]
            async fn connect(
                id: u8,
                #[query] page: Option<u8>,
                #[header] host: String,
            ) -> Result<Self, websocket::UpgradeError> {
                let _ = (id, page, host);
                Ok(Self)
            }

            #[remote]
            async fn on_open(&mut self) -> Option<Join> {
                None
            }

            #[remote]
            fn on_message(&self, message: Message) -> Message {
                message
            }

            #[remote]
            fn on_join(&self, join: Join) -> Result<Option<Join>, Error> {
                Ok(Some(join))
            }

            #[remote]
            fn on_join_error(&self, _: &Error) {}

            #[remote]
            fn on_watch(&self, _: Join) -> impl Stream<Item = Result<Join, Error>> + use<> {
                futures_util::stream::empty()
            }

            #[remote]
            fn on_ping(&self, data: &[u8]) -> Vec<u8> {
                data.to_vec()
            }

            #[remote]
            fn on_close(&self) {}
        }
    };
}

service!(WithReferences);

mod values {
    use super::by_value::ByValue as _;
    use super::{Deserialize, Error, Join, Message, Serialize, Stream};

    #[derive(Deserialize, Serialize)]
    struct Used(u8);

    service!(WithValues);

    pub fn mount(listener: websocket::Listener) -> websocket::Listener {
        Used(1).take();
        listener.service::<WithValues>()
    }
}

fn main() {
    let _ = values::mount(Listener::new(0).service::<WithReferences>());
}
