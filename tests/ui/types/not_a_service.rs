// What is registered is a service.
use websocket::Listener;

struct Chat;

fn main() {
    let _ = Listener::new(9090).service::<Chat>();
}
