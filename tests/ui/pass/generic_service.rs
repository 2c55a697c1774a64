// A service can have type parameters, and is expanded inside a function too.
#![deny(warnings)]

use websocket::Listener;

trait Store: Send + Sync + 'static {
    fn name(&self) -> String;
}

struct Chat<T> {
    store: T,
}

#[websocket::service(path = "/chat")]
impl<T: Store> Chat<T>
where
    T: Default,
{
    #[upgrade]
    fn new() -> Self {
        Self { store: T::default() }
    }

    #[remote]
    async fn on_open(&mut self) -> String {
        self.store.name()
    }
}

fn main() {
    #[derive(Default)]
    struct Memory;

    impl Store for Memory {
        fn name(&self) -> String {
            "memory".to_owned()
        }
    }

    struct Inner;

    #[websocket::service(path = "/inner")]
    impl Inner {
        #[upgrade]
        fn new() -> Self {
            Self
        }

        #[remote]
        fn on_open(&self) {}
    }

    let _ = Listener::new(0).service::<Chat<Memory>>().service::<Inner>();
}
