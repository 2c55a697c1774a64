// What is left of a path comes last.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/<rest..>/edit")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
