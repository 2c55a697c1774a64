// Macros of the user that have the names of the expansion's own.
#![deny(warnings)]
#![allow(unused_macros)]

macro_rules! traps {
    ($d:tt $($name:ident)*) => {
        $(macro_rules! $name {
            ($d($d tokens:tt)*) => { compile_error!("not this macro") };
        })*
    };
}

traps! { $
    accept assert cfg debug_assert ended format header matches panic path payload pong query reply unreachable
    unvalidated vec write
}

struct Chat;

#[websocket::service(path = "/<name>", dispatcher_key = "event", dispatcher_stream_id = "id", idle_timeout = 1)]
impl Chat {
    #[upgrade]
    fn connect(name: String, #[query] page: u8, #[header] host: Option<String>) -> Self {
        let _ = (name, page, host);
        Self
    }

    #[remote]
    async fn on_open(&mut self) -> Option<String> {
        None
    }

    #[remote]
    fn on_join(&self, room: u8) -> Result<u8, std::fmt::Error> {
        Ok(room)
    }

    #[remote]
    fn on_message(&self, message: Vec<u8>) -> Vec<u8> {
        message
    }

    #[cfg(all())]
    #[remote]
    fn on_ping(&self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    fn on_close(&self) {}
}

#[derive(Default)]
struct Trusting;

#[websocket::service(path = "/trusting", validation = false)]
impl Trusting {
    #[remote]
    fn on_text_message(&self, text: &str) -> String {
        text.to_owned()
    }
}

fn main() {
    let _ = websocket::Listener::new(0).service::<Chat>().service::<Trusting>();
}
