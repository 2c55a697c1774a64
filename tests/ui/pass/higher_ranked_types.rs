// Types with `dyn Fn(&str)` in them: as the state, and as a parameter of the service.
#![deny(warnings)]

use std::sync::Arc;

use websocket::Listener;

struct Chat;

#[websocket::service(path = "/chat", state = Arc<dyn Fn(&str) -> bool + Send + Sync>)]
impl Chat {
    #[upgrade]
    async fn connect(is_known: &Arc<dyn Fn(&str) -> bool + Send + Sync>) -> Self {
        let _ = is_known("anna");
        Self
    }

    #[remote]
    fn on_open(&mut self) {}
}

struct Filter<F>(F);

impl Default for Filter<Box<dyn Fn(&str) -> bool + Send + Sync>> {
    fn default() -> Self {
        Self(Box::new(str::is_empty))
    }
}

#[websocket::service(path = "/filter")]
impl Filter<Box<dyn Fn(&str) -> bool + Send + Sync>> {
    #[remote]
    fn on_text_message(&mut self, text: &str) -> bool {
        (self.0)(text)
    }
}

#[derive(Default)]
struct Hook<F>(Option<F>);

#[websocket::service(path = "/hook", state = fn(&str) -> u8)]
impl Hook<for<'a> fn(&'a str) -> &'a str> {
    #[upgrade]
    fn connect(_: &fn(&str) -> u8) -> Self {
        Self(None)
    }

    #[remote]
    async fn on_text_message<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        self.0.map(|hook| hook(text))
    }
}

fn main() {
    let is_known: Arc<dyn Fn(&str) -> bool + Send + Sync> = Arc::new(|name: &str| name == "anna");
    let listener = Listener::new(0).service_with::<Chat>(is_known).service_with::<Hook<_>>(|_| 1);
    let _ = listener.service::<Filter<Box<dyn Fn(&str) -> bool + Send + Sync>>>();
}
