impl Chat {
    async fn connect(username: String, hub: &Hub) -> Result<Self, UpgradeError> {
        Ok(Self { username, hub: hub.clone() })
    }
    async fn on_open(&mut self, caller: &Caller) -> String {
        format!("Hi {}!", self.username)
    }
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> websocket::Result<()> {
        self.hub.broadcast(text).await
    }
    fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }
    async fn on_error(&mut self, caller: &Caller, error: &Error) {}
    async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str) {
        self.hub.leave(caller);
    }
}
const _: () = {
    use ::websocket::__private as __ws;
    #[automatically_derived]
    impl __ws::Service for Chat {
        type State = Hub;
        const DESCRIPTOR: __ws::Descriptor = __ws::Descriptor {
            name: "Chat",
            path: "/chat/<username>",
            answers_pings: true,
            ..__ws::Descriptor::DEFAULT
        };
        #[allow(path_statements)]
        const CHECKS: () = {
            <String as __ws::FromSegment>::CHECK;
            <Result<Self, UpgradeError> as __ws::UpgradeReply<Self>>::CHECK;
            <&str as __ws::TextPayload>::CHECK;
            <&[u8] as __ws::BytesPayload>::CHECK;
            <Vec<u8> as __ws::PongReply>::CHECK;
        };
        fn settings() -> __ws::Settings {
            __ws::Settings::new().idle_timeout(30)
        }
        async fn upgrade(request: &__ws::UpgradeRequest, state: &Hub) -> __ws::UpgradeResult<Self> {
            __ws::accept!(Self::connect(__ws::path!(request, "username" as String)?, state).await)
        }
        async fn call(&mut self, caller: &__ws::Caller, event: __ws::Event<'_>) -> __ws::Outcome {
            match event {
                __ws::Event::Open => __ws::reply!(caller, Self::on_open(self, caller).await),
                __ws::Event::Text(message) => {
                    __ws::reply!(caller, Self::on_text_message(self, caller, __ws::payload!(message as &str)?).await)
                }
                __ws::Event::Ping(data) => __ws::pong!(caller, Self::on_ping(self, __ws::payload!(data as &[u8])?)),
                __ws::Event::Error(error, _) => __ws::reply!(caller, Self::on_error(self, caller, error).await),
                __ws::Event::Close(status, reason) => __ws::ended!(Self::on_close(self, caller, status, reason).await),
                _ => __ws::unhandled(),
            }
        }
    }
};
