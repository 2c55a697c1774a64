// Only an `impl` block can be a service.
#[websocket::service(path = "/")]
struct Chat;

fn main() {}
