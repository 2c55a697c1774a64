// Services in modules, functions, closures, and constants, of types from elsewhere in the crate.
#![deny(warnings)]

use websocket::Listener;

mod outer {
    pub(crate) mod inner {
        pub(in crate::outer) struct Chat;
        pub(in crate::outer) struct Hub;

        #[websocket::service(path = "/chat", state = Hub)]
        impl Chat {
            #[upgrade]
            fn new(_: &Hub) -> Self {
                Self
            }

            #[remote]
            pub(in crate::outer) fn on_open(&self) {}
        }

        pub struct Public;

        #[websocket::service(path = "/public")]
        impl Public {
            #[upgrade]
            pub fn new() -> Self {
                Self
            }

            #[remote]
            pub(super) async fn on_open(&self) {}
        }
    }

    struct Parent;

    mod sibling {
        #[websocket::service(path = "/parent")]
        impl super::Parent {
            #[upgrade]
            fn new() -> Self {
                Self
            }

            #[remote]
            fn on_open(&self) {}
        }
    }

    pub fn services() -> websocket::Listener {
        websocket::Listener::new(0)
            .service_with::<inner::Chat>(inner::Hub)
            .service::<inner::Public>()
            .service::<Parent>()
    }
}

#[derive(Default)]
struct Root;

mod elsewhere {
    #[websocket::service(path = "/root")]
    impl crate::Root {
        #[remote]
        fn on_open(&self) {}
    }
}

type Alias = OfAlias;

#[derive(Default)]
struct OfAlias;

#[websocket::service(path = "/alias")]
impl Alias {
    #[remote]
    fn on_open(&self) {}
}

const SERVICES: fn(Listener) -> Listener = |listener| {
    #[derive(Default)]
    struct InClosure;

    #[websocket::service(path = "/closure")]
    impl InClosure {
        #[remote]
        fn on_open(&self) {}
    }

    listener.service::<InClosure>()
};

fn in_generic_function<T>(listener: Listener, _: T) -> Listener {
    struct Local(u8);
    struct Hub;

    #[websocket::service(path = "/local/<id>", state = Hub)]
    impl Local {
        #[upgrade]
        fn new(id: u8, _: &Hub) -> Self {
            Self(id)
        }

        #[remote]
        fn on_open(&self) -> u8 {
            self.0
        }
    }

    listener.service_with::<Local>(Hub)
}

#[tokio::main]
async fn main() {
    {
        #[derive(Default)]
        struct InBlock;

        #[websocket::service(path = "/block")]
        impl InBlock {
            #[remote]
            async fn on_open(&self) {}
        }

        let _ = Listener::new(0).service::<InBlock>();
    }
    let listener = in_generic_function(SERVICES(outer::services()), 1);
    let _ = listener.service::<Root>().service::<OfAlias>();
}
