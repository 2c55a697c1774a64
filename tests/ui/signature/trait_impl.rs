// A service is an inherent `impl` block.
use websocket::Caller;

trait Callbacks {
    fn on_open(&mut self, caller: &Caller);
}

struct Chat;

#[websocket::service(path = "/")]
impl Callbacks for Chat {
    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        let _ = caller;
    }
}

fn main() {}
