// Functions, modules, and types of the user that have the names of the expansion's variables, macros, and functions.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

macro_rules! trap {
    (functions $name:ident) => {
        fn $name() {}
    };
    (constant_functions $name:ident) => {
        const fn $name() -> u8 {
            0
        }
    };
    (modules $name:ident) => {
        mod $name {}
    };
    (types $name:ident) => {
        enum $name {}
    };
    (aliases $name:ident) => {
        type $name = u8;
    };
    (traits $name:ident) => {
        trait $name {}
    };
}

macro_rules! services {
    ($($kind:ident)*) => {
        $(
            mod $kind {
                traps!($kind);
                service!();
            }
        )*

        fn main() {
            let _ = websocket::Listener::new(0)$(.service_with::<$kind::Chat>($kind::Hub))*;
        }
    };
}

macro_rules! traps {
    ($kind:ident) => {
        traps!($kind: accept caller cause check data element ended error event failure header id kind message option path
            payload pong query reason reply request send settings state status stream_id target unhandled unpack
            unvalidated value __ws);
    };
    ($kind:ident: $($name:ident)*) => { $(trap!($kind $name);)* };
}

macro_rules! service {
    () => {
        pub struct Chat;

        pub struct Hub;

        #[derive(serde::Deserialize, serde::Serialize)]
        pub struct Join {
            room: String,
        }

        #[websocket::service(path = "/<name>", state = Hub, dispatcher_key = "event", dispatcher_stream_id = "id")]
        impl Chat {
            #[upgrade]
            async fn connect(
                name: u8,
                hub: &Hub,
                _: &websocket::UpgradeRequest,
                #[query] page: Option<u8>,
                #[header("x-a")] _: Vec<String>,
            ) -> Result<Self, websocket::UpgradeError> {
                let _ = (name, hub, page);
                Ok(Self)
            }

            #[remote]
            async fn on_open(&mut self, _: &websocket::Caller) {}

            #[remote]
            fn on_join(&self, _: &websocket::Caller, join: Join) -> Result<Join, websocket::Error> {
                Ok(join)
            }

            #[remote]
            fn on_join_error(&self, _: &websocket::Error) {}

            #[remote]
            fn on_watch(&self) -> impl websocket::Stream<Item = Result<Join, String>> + use<> {
                futures_util::stream::empty()
            }

            #[remote]
            fn on_message(&self, any: websocket::Message) -> websocket::Message {
                any
            }

            #[remote]
            fn on_message_error(&self, _: &websocket::Error) {}

            #[remote]
            fn on_ping(&self, bytes: &[u8]) -> Option<Vec<u8>> {
                Some(bytes.to_vec())
            }

            #[remote]
            fn on_error(&self, _: &websocket::Error) {}

            #[remote]
            async fn on_close(&self, _: websocket::CloseCode, _: &str) {}
        }
    };
}

services! { functions constant_functions modules types aliases traits }
