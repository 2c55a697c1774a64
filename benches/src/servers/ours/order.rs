//! What it costs that a message is JSON: the same 200 bytes echoed, echoed and read, and dispatched to a method that reads them.

use std::hint::black_box;

use serde::Deserialize;

/// A request, and what answers it.
pub(crate) const MESSAGE: &str = r#"{"event":"order","reqid":"a1b2c3d4e5f6","pair":"XBT/USD","side":"buy","type":"limit","price":63811.4,"volume":0.0125,"flags":["post","ioc"],"leverage":2,"client":"8f2c1e7a-5b1d-4c7e","expires":17000}"#;

#[derive(Deserialize)]
#[expect(dead_code, reason = "to read them is the whole task")]
struct Order<'a> {
    reqid: &'a str,
    pair: &'a str,
    side: &'a str,
    price: f64,
    volume: f64,
    leverage: u8,
    client: &'a str,
    expires: u32,
}

/// Echoes.
#[derive(Default)]
pub(crate) struct Plain;

#[websocket::service(path = "/")]
impl Plain {
    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }
}

/// Reads by itself what it echoes.
#[derive(Default)]
pub(crate) struct Read;

#[websocket::service(path = "/")]
impl Read {
    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> Result<&'a str, serde_json::Error> {
        black_box(serde_json::from_str::<Order<'_>>(text)?);
        Ok(text)
    }
}

/// Is dispatched to.
#[derive(Default)]
pub(crate) struct Dispatched;

#[websocket::service(path = "/", dispatcher_key = "event")]
impl Dispatched {
    #[remote]
    fn on_order(&mut self, order: Order<'_>) -> &'static str {
        black_box(order);
        MESSAGE
    }
}
