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

macro_rules! items {
    ($service:ident { $($method:item)* }) => {
        #[derive(Default)]
        struct $service;

        #[websocket::service(path = "/items")]
        impl $service {
            $($method)*
        }
    };
}

macro_rules! attributes {
    ($service:ident, $($attribute:meta),*) => {
        #[derive(Default)]
        struct $service;

        $(#[$attribute])*
        impl $service {
            #[remote]
            fn on_open(&self) {}
        }
    };
}

macro_rules! expressions {
    ($service:ident, $path:expr, $key:expr, $event:expr, $method:ident) => {
        #[derive(Default)]
        struct $service;

        #[websocket::service(path = $path, dispatcher_key = $key)]
        impl $service {
            #[remote(event = $event)]
            fn $method(&self) {}
        }
    };
}

macro_rules! visibilities {
    ($vis:vis $service:ident, $path:path, $self:tt, $($argument:ident),*) => {
        $vis struct $service;

        #[websocket::service(path = "/visibilities/<room>/<name>", idle_timeout = 1)]
        impl $path {
            #[upgrade]
            $vis fn new($($argument: String),*) -> $path {
                $(let _ = $argument;)*
                $service
            }

            #[remote]
            $vis async fn on_open(&$self) {}

            #[remote]
            $vis fn on_idle_timeout(&mut $self) {}
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

items!(Items {
    #[remote]
    fn on_open(&self) {}
    #[remote]
    async fn on_pong(&self, _data: &[u8]) {}
});

attributes!(Attributes, doc = "A service.", websocket::service(path = "/attributes"), allow(dead_code));
expressions!(Expressions, "/expressions", "event", "loop", r#loop);
visibilities!(Private, Private, self, room, name);
visibilities!(pub(crate) Public, self::Public, self, name, room);

fn main() {
    let mut methods = Methods("lobby".to_owned());
    methods.ordinary();
    assert_eq!(methods.0, "lobby");
    let listener = Listener::new(0).service::<Hello>().service::<Bye>().service::<Item>().service::<Methods>();
    let listener = listener.service::<Items>().service::<Attributes>().service::<Expressions>();
    let _ = listener.service::<Private>().service::<Public>();
}
