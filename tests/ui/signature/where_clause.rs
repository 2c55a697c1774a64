// What a method asks for is asked of the whole block.
#[derive(Default)]
struct Chat<T>(T);

#[websocket::service(path = "/")]
impl<T: Default> Chat<T> {
    #[remote]
    fn on_open(&mut self)
    where
        T: Clone,
    {
    }
}

fn main() {}
