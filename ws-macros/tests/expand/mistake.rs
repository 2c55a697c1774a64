impl Chat {
    #[allow(clippy::unused_self)]
    fn on_opn(&mut self) {}
}
::core::compile_error! { "unknown callback `on_opn`\n= help: a callback with a similar name exists: `on_open`" }
const _: () = {
    use ::websocket::__private as __ws;
    #[automatically_derived]
    impl __ws::Service for Chat
    where
        Self: __ws::Sendable + 'static,
        Hub: __ws::Shareable,
    {
        type State = Hub;
        const DESCRIPTOR: __ws::Descriptor = __ws::Descriptor::new("", "/");
        async fn upgrade(_: &__ws::UpgradeRequest, _: &Hub) -> __ws::UpgradeResult<Self> {
            ::core::unreachable!()
        }
        async fn call(&mut self, _: &__ws::Caller, _: __ws::Event<'_>) -> __ws::Outcome {
            ::core::unreachable!()
        }
    }
};
