impl<S: Source> Market<S>
where
    S: Clone,
{
    #[allow(clippy::needless_pass_by_value, clippy::unused_async)]
    async fn on_subscribe(&mut self, request: Subscribe<'_>) -> impl Stream<Item = Tick> + use<S> {
        self.source.ticks(request)
    }
    #[allow(clippy::unused_self)]
    fn on_subscribe_error(&mut self, caller: &Caller, error: &Error) {}
    #[allow(clippy::unused_self)]
    #[cfg(feature = "heartbeat")]
    fn keep_alive(&mut self) -> &'static str {
        "alive"
    }
    #[allow(clippy::unused_async, clippy::unused_self)]
    async fn on_message<'a>(&mut self, message: &'a [u8]) -> &'a [u8] {
        message
    }
    #[allow(clippy::unused_self)]
    fn on_message_error(&mut self, error: &Error) {}
    fn ordinary(self) {}
}
const _: () = {
    use crate::renamed::__private as __ws;
    #[automatically_derived]
    impl<S: Source> __ws::Service for Market<S>
    where
        S: Clone,
        Self: __ws::Sendable + 'static,
    {
        type State = ();
        const DESCRIPTOR: __ws::Descriptor = __ws::Descriptor::new("Market", "/market")
            .subprotocols(&["market.v1"])
            .dispatcher_key("event")
            .stream_id("reqid")
            .routes(&[
                __ws::Route::Method("on_subscribe"),
                #[cfg(feature = "heartbeat")]
                __ws::Route::Event("heartbeat"),
                #[cfg(not(feature = "heartbeat"))]
                __ws::Route::Method(""),
            ]);
        const CHECKS: &[()] = &[<Subscribe<'_> as __ws::Payload<'_>>::CHECK, <&'_ [u8] as __ws::Payload<'_>>::CHECK];
        fn settings() -> __ws::Settings {
            __ws::Settings::new().max_frame_size(1024).connection_closure_timeout(-1)
        }
        async fn upgrade(_: &__ws::UpgradeRequest, _: &()) -> __ws::UpgradeResult<Self> {
            <Market<S> as __ws::DefaultService>::accept()
        }
        async fn call(&mut self, caller: &__ws::Caller, event: __ws::Event<'_>) -> __ws::Outcome {
            match event {
                __ws::Event::Dispatched(0, message, id) => __ws::reply!(
                    caller,
                    "reqid" = id,
                    Self::on_subscribe(
                        self,
                        __ws::payload!(message as Subscribe<'_>).map_err(|failure| failure.of(id))?
                    )
                    .await,
                    __ws::Reply::send
                ),
                __ws::Event::Rejected(__ws::Source::Dispatched(0), error, id) => __ws::reply!(
                    caller,
                    "reqid" = id,
                    Self::on_subscribe_error(self, caller, <&Error as __ws::FromError<'_>>::of(error))
                ),
                #[cfg(feature = "heartbeat")]
                __ws::Event::Dispatched(1, _, id) => {
                    __ws::reply!(caller, "reqid" = id, Self::keep_alive(self), __ws::Reply::send)
                }
                __ws::Event::Text(message) | __ws::Event::Binary(message) => __ws::reply!(
                    caller,
                    Self::on_message(self, __ws::payload!(message as &'_ [u8])?).await,
                    __ws::Reply::send
                ),
                __ws::Event::Rejected(__ws::Source::Text | __ws::Source::Binary, error, _) => {
                    __ws::reply!(caller, Self::on_message_error(self, <&Error as __ws::FromError<'_>>::of(error)))
                }
                _ => __ws::unhandled(),
            }
        }
    }
};
