impl Chat {
    #[allow(clippy::needless_pass_by_value, clippy::unused_async)]
    async fn connect(username: String, hub: &Hub) -> Result<Self, UpgradeError> {
        Ok(Self { username, hub: hub.clone() })
    }
    #[allow(clippy::unused_async)]
    async fn on_open(&mut self, caller: &Caller) -> String {
        format!("Hi {}!", self.username)
    }
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> websocket::Result<()> {
        self.hub.broadcast(text).await
    }
    #[allow(clippy::unused_self)]
    fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }
    #[allow(clippy::unused_async, clippy::unused_self)]
    async fn on_error(&mut self, caller: &Caller, error: &Error) {}
    #[allow(clippy::unused_async)]
    async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str) {
        self.hub.leave(caller);
    }
}
const _: () = {
    use ::websocket::__private as __ws;
    #[automatically_derived]
    impl __ws::Service for Chat
    where
        Self: __ws::Sendable + 'static,
        Hub: __ws::Shareable,
    {
        type State = Hub;
        const DESCRIPTOR: __ws::Descriptor = __ws::Descriptor::new("Chat", "/chat/<username>").answers_pings(true);
        fn settings() -> __ws::Settings {
            __ws::Settings::new().idle_timeout(30)
        }
        async fn upgrade(request: &__ws::UpgradeRequest, state: &Hub) -> __ws::UpgradeResult<Self> {
            __ws::accept!(
                Self::connect(<String as __ws::FromSegment>::extract(request, "username")?, state).await,
                __ws::UpgradeReply::accept
            )
        }
        async fn call(&mut self, caller: &__ws::Caller, event: __ws::Event<'_>) -> __ws::Outcome {
            match event {
                __ws::Event::Open => __ws::reply!(caller, Self::on_open(self, caller).await, __ws::Reply::send),
                __ws::Event::Text(message) => __ws::reply!(
                    caller,
                    Self::on_text_message(self, caller, <&str as __ws::TextPayload<'_>>::bind(message)?).await,
                    __ws::Reply::send
                ),
                __ws::Event::Ping(data) => __ws::pong!(
                    caller,
                    Self::on_ping(self, <&[u8] as __ws::BytesPayload<'_>>::bind(data)?),
                    __ws::PongReply::send
                ),
                __ws::Event::Error(error, _) => {
                    __ws::reply!(caller, Self::on_error(self, caller, <&Error as __ws::FromError<'_>>::of(error)).await)
                }
                __ws::Event::Close(status, reason) => __ws::ended!(
                    Self::on_close(self, caller, <CloseCode as __ws::FromStatus>::of(status), reason).await
                ),
                _ => __ws::unhandled(),
            }
        }
    }
};
