// A generic payload has a bound that says how it is read.
use std::marker::PhantomData;

struct Chat<T>(PhantomData<T>);

impl<T> Default for Chat<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[websocket::service(path = "/")]
impl<T: Send + 'static> Chat<T> {
    #[remote]
    fn on_message(&mut self, _message: T) {}
}

fn main() {}
