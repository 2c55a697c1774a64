// A path parameter is declared once.
#[derive(Default)]
struct Chat;

#[websocket::service(path = "/<id>/<id>")]
impl Chat {
    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
