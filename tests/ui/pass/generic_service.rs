// A service can have parameters for types and constants, with bounds of every form.
#![deny(warnings)]

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use websocket::{Error, Listener, Stream};

trait Store: Send + Sync + 'static {
    const NAME: &'static str;

    type Hub: Send + Sync + 'static;
    type Item: Serialize + Send;

    fn open(hub: &Self::Hub) -> Self;
    fn item(&self) -> Self::Item;
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
    async fn on_open(&mut self) -> &'static str {
        let _ = self.store.item();
        T::NAME
    }
}

struct Market<T, const SIZE: usize, P = String> {
    store: T,
    payload: PhantomData<fn() -> P>,
}

#[websocket::service(path = "/market", state = T::Hub, max_frame_size = SIZE + T::NAME.len(), dispatcher_key = "event")]
impl<T, const SIZE: usize, P> Market<T, SIZE, P>
where
    T: Store,
    T::Item: Clone,
    P: DeserializeOwned + Send + 'static,
    for<'a> &'a T: Send,
    Self: Sized,
{
    const LIMIT: usize = SIZE;

    #[upgrade]
    fn new(hub: &T::Hub, #[query] page: Option<u8>) -> Self {
        let _ = (page, Self::LIMIT);
        Self { store: T::open(hub), payload: PhantomData }
    }

    #[remote]
    async fn on_open(&mut self) -> T::Item {
        self.store.item()
    }

    #[remote]
    fn on_message(&self, _payload: P) -> [u8; SIZE] {
        [0; SIZE]
    }

    #[remote]
    fn on_list(&self, list: Vec<P>) -> Option<Vec<T::Item>> {
        list.first().map(|_| vec![self.store.item()])
    }

    #[remote]
    fn on_message_error(&self, _error: &Error) -> Result<T::Item, String> {
        Ok(self.store.item())
    }

    #[remote]
    fn on_watch(&self) -> impl Stream<Item = T::Item> + use<T, SIZE, P> {
        futures_util::stream::iter([self.store.item()])
    }
}

// The parameters may have the names of the expansion's own types.
#[derive(Default)]
struct Named<Event, Settings, Value, E, S>(PhantomData<(Event, Settings, Value, E, S)>);

#[websocket::service(path = "/named")]
impl<Event, Settings, Value, E, S> Named<Event, Settings, Value, E, S>
where
    Self: Default + Send + 'static,
{
    #[remote]
    fn on_message(&self, _message: websocket::Message) -> Result<Option<String>, std::fmt::Error> {
        Ok(None)
    }
}

#[derive(Default)]
struct Memory;

impl Store for Memory {
    const NAME: &'static str = "memory";

    type Hub = ();
    type Item = u8;

    fn open((): &()) -> Self {
        Self
    }

    fn item(&self) -> u8 {
        1
    }
}

fn main() {
    let _ = Listener::new(0)
        .service::<Chat<Memory>>()
        .service_with::<Market<Memory, 4>>(())
        .service_with::<Market<Memory, 8, Vec<u16>>>(())
        .service::<Named<u8, u8, u8, u8, u8>>();
}
