// Names that are keywords: of methods, arguments, parameters, and types.
#![deny(warnings)]
#![allow(non_camel_case_types)]

use websocket::{Caller, Error, Listener};

struct r#struct(String);
struct r#move;
type r#fn = String;

mod r#mod {
    #[derive(Default)]
    pub(crate) struct r#enum;
}

#[websocket::service(path = "/<type>/<in>/<rest..>", state = r#move, dispatcher_key = "type")]
impl r#struct {
    #[upgrade]
    fn r#impl(
        r#type: r#fn,
        r#in: u8,
        rest: String,
        r#ref: &r#move,
        #[query] r#for: Option<u8>,
        #[header] r#as: Option<String>,
    ) -> Self {
        let _ = (r#in, rest, r#ref, r#for, r#as);
        Self(r#type)
    }

    #[remote]
    fn r#on_open(&self, r#final: &Caller) -> bool {
        r#final.is_open()
    }

    #[remote]
    fn on_text_message(&self, r#match: r#fn) -> r#fn {
        format!("{}{}", r#match, self.0)
    }

    #[remote(event = "type")]
    fn r#type(&self, r#in: &str) {
        let _ = r#in;
    }

    #[remote]
    fn type_error(&self, r#try: &Error) {
        let _ = r#try;
    }

    #[remote(event = "loop")]
    async fn r#loop(&mut self, r#mut: &Caller, r#fn: r#fn) -> r#fn {
        let _ = r#mut;
        r#fn
    }

    #[remote]
    fn r#on_join(&self) {}

    #[remote]
    fn r#on_join_error(&self, _: &Error) {}
}

#[websocket::service(path = "/enum", idle_timeout = r#const(1))]
impl r#mod::r#enum {
    #[remote]
    fn on_open(&self) {}
}

const fn r#const(r#static: u8) -> u8 {
    r#static
}

fn main() {
    let _ = Listener::new(0).service_with::<r#struct>(r#move).service::<r#mod::r#enum>();
}
