// A service that `macro_rules` writes: its variables arrive in invisible groups.
#![deny(warnings)]

use websocket::{Caller, Listener};

macro_rules! greeter {
    ($service:ident, $path:literal, $greeting:expr, $caller:ty, $timeout:expr) => {
        #[derive(Default)]
        struct $service;

        #[websocket::service(path = $path, idle_timeout = $timeout)]
        impl $service {
            #[remote]
            async fn on_open(&mut self, _caller: $caller) -> &'static str {
                $greeting
            }
        }
    };
}

macro_rules! service {
    ($item:item) => {
        #[websocket::service(path = "/item")]
        $item
    };
}

macro_rules! methods {
    ($service:ty { $($(#[$attribute:meta])* $name:ident($($argument:ident: $type:ty),*) $body:block)* }) => {
        #[websocket::service(path = "/methods/<room>")]
        impl $service {
            #[upgrade]
            fn new(room: String) -> Self {
                Self(room)
            }

            $($(#[$attribute])* fn $name(&mut self, $($argument: $type),*) $body)*
        }
    };
}

greeter!(Hello, "/hello", "hello", &Caller, 30);
greeter!(Bye, "/bye", "bye", &websocket::Caller, 1.5);

#[derive(Default)]
struct Item;

service! {
    impl Item {
        #[remote]
        fn on_open(&mut self) {}
    }
}

struct Methods(String);

methods!(Methods {
    #[remote]
    on_open(caller: &Caller) { caller.try_write_text("x").ok(); }
    #[remote]
    on_text_message(text: &str) { let _ = text; }
    ordinary() {}
});

fn main() {
    let mut methods = Methods("lobby".to_owned());
    methods.ordinary();
    assert_eq!(methods.0, "lobby");
    let _ = Listener::new(0).service::<Hello>().service::<Bye>().service::<Item>().service::<Methods>();
}
