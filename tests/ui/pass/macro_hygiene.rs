// A service that `macro_rules` writes has variables of its own, which the expansion does not mix up with its own.
#![deny(warnings)]

use websocket::{Caller, CloseCode, Error, Listener, Message, UpgradeRequest};

macro_rules! service {
    (
        $(#[$attribute:meta])*
        $vis:vis $name:ident<$($parameter:ident: $bound:path),*>,
        $path:literal, $state:ty, $key:literal, $id:literal, $subprotocols:expr, $size:expr, $validates:literal,
        fn $upgrade:ident($($argument:ident: $of:ty),*),
        $($method:ident on $event:literal: $payload:ty => $reply:ty $body:block)*
        { $($rest:tt)* }
    ) => {
        $(#[$attribute])*
        #[derive(Default)]
        $vis struct $name<$($parameter),*>($($parameter),*);

        #[websocket::service(
            path = $path,
            state = $state,
            dispatcher_key = $key,
            dispatcher_stream_id = $id,
            subprotocols = $subprotocols,
            max_frame_size = $size,
            validation = $validates,
            crate = ::websocket
        )]
        impl<$($parameter: $bound + Default + Send + 'static),*> $name<$($parameter),*> {
            #[upgrade]
            $vis fn $upgrade($($argument: $of,)* request: &UpgradeRequest, state: &$state) -> Self {
                let (caller, event, message, id, error, value, target) = (1, 2, 3, 4, 5, 6, 7);
                let _ = caller + event + message + id + error + value + target + request.headers().len();
                let _ = state;
                $(let _ = $argument;)*
                Self::default()
            }

            $(
                #[remote(event = $event)]
                $vis fn $method(&mut self, caller: &Caller, message: $payload) -> $reply {
                    let (event, target, id) = (caller, message, 1);
                    let _ = (event.is_open(), &target, id);
                    $body
                }
            )*

            #[remote]
            async fn on_message(&mut self, caller: &Caller, message: Message) -> Message {
                let value = message;
                let (target, data, element, payload, failure) = (value, caller, 1, 2, 3);
                let _ = (data.is_open(), element + payload + failure);
                target
            }

            #[remote]
            fn on_message_error(&mut self, caller: &Caller, error: &Error) -> String {
                let state = error;
                let request = caller;
                format!("{state} {}", request.is_open())
            }

            #[remote]
            fn on_close(&mut self, status: CloseCode, reason: &str) {
                let (event, caller) = (reason, status);
                let _ = (event, caller);
            }

            $($rest)*
        }
    };
}

service! {
    /// Documented.
    #[allow(dead_code)]
    pub(crate) Made<T: Clone>,
    "/made/<room>", std::sync::Mutex<Vec<u8>>, "event", "id", ["a", "b"], 1 << 10, false,
    fn start(room: String),
    alpha on "alpha": &str => usize { 1 + 1 }
    beta on "beta": Vec<u8> => Option<String> { None }
    {
        const CALLER: u8 = 1;

        #[remote]
        fn on_open(&mut self, caller: &Caller) -> u8 {
            let _ = caller;
            Self::CALLER
        }

        #[remote]
        fn on_error(&mut self, error: &Error) {
            let message = error;
            let _ = message;
        }

        fn helper() {}
    }
}

// All names come from the caller of the macro, or all from the macro.
macro_rules! given {
    ($name:ident, $caller:ident, $event:ident, $message:ident) => {
        #[derive(Default)]
        struct $name;

        #[websocket::service(path = "/given", dispatcher_key = "event")]
        impl $name {
            #[remote]
            fn on_open(&self, $caller: &Caller) {
                let $event = $caller;
                let _ = $event;
            }

            #[remote]
            fn on_message(&self, $caller: &Caller, $message: Message) -> Message {
                let caller = 1;
                let _ = (caller, $caller);
                $message
            }

            #[remote(event = "event")]
            fn $event(&self, $event: &str) -> usize {
                $event.len()
            }
        }
    };
}

given!(Given, caller, event, message);
given!(Turned, message, caller, event);

fn main() {
    Made::<u8>::helper();
    let listener = Listener::new(0).service::<Given>().service::<Turned>();
    let _ = listener.service_with::<Made<u8>>(std::sync::Mutex::default());
}
