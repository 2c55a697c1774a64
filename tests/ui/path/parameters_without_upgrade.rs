// Only an upgrade function can take path parameters: it takes all of them.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/<room>/<user>")]
impl Chat {
    #[remote]
    fn on_open(&mut self) {}
}

fn main() {}
