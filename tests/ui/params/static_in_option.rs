// What is lent to a call lives as long as the call, wherever it stands in the argument.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/")]
impl Chat {
    #[remote]
    fn on_message(&mut self, _name: Option<&'static str>) {}
}

fn main() {}
