// An argument and a parameter that were meant for each other are one mistake.
struct Chat;

#[websocket::service(path = "/chat/<username>")]
impl Chat {
    #[upgrade]
    fn connect(_usrname: String) -> Self {
        Self
    }

    #[remote]
    async fn on_open(&mut self) {}
}

fn main() {}
