// The `upgrade` attribute means something in a service alone.
#[websocket::upgrade]
fn connect() {}

fn main() {
    connect();
}
