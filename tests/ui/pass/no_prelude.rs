// A crate without prelude.
#![deny(warnings)]
#![no_implicit_prelude]

struct Hub;

struct Chat;

#[::websocket::service(
    path = "/chat/<name>",
    state = Hub,
    subprotocols = ["chat"],
    dispatcher_key = "event",
    dispatcher_stream_id = "id",
    idle_timeout = 1
)]
impl Chat {
    #[upgrade]
    async fn connect(
        name: u8,
        hub: &Hub,
        request: &::websocket::UpgradeRequest,
        #[query] page: ::std::option::Option<u8>,
        #[header] host: ::std::vec::Vec<u8>,
    ) -> ::std::result::Result<Self, ::websocket::UpgradeError> {
        let _ = (name, hub, request, page, host);
        ::std::result::Result::Ok(Self)
    }

    #[remote]
    async fn on_open(&mut self, _caller: &::websocket::Caller) -> ::std::option::Option<&'static str> {
        ::std::option::Option::None
    }

    #[remote]
    fn on_join(&self, _caller: &::websocket::Caller, room: u8) -> ::websocket::Result<u8> {
        ::std::result::Result::Ok(room)
    }

    #[remote]
    fn on_join_error(&self, _error: &::websocket::Error) {}

    #[remote]
    fn on_watch(&self) -> impl ::websocket::Stream<Item = ::std::string::String> + use<> {
        ::futures_util::stream::empty()
    }

    #[remote]
    fn on_message(&self, message: ::websocket::Message) -> ::websocket::Message {
        message
    }

    #[cfg(all())]
    #[remote]
    fn on_ping(&self, data: &[u8]) -> [u8; 1] {
        [data[0]]
    }

    #[remote]
    fn on_error(&self, _error: &::websocket::Error) {}

    #[remote]
    async fn on_close(&self, _status: ::websocket::CloseCode, _reason: &str) {}
}

#[derive(::core::default::Default)]
struct WithDefault;

#[::websocket::service(path = "/default", validation = false)]
impl WithDefault {
    #[remote]
    fn on_text_message(&self, _text: &str) {}
}

fn main() {
    let _ = ::websocket::Listener::new(0).service_with::<Chat>(Hub).service::<WithDefault>();
}
