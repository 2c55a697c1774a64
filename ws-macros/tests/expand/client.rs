impl Ticker {
    #[allow(clippy::unused_async)]
    async fn on_open(&mut self, caller: &Caller) -> Subscribe {
        Subscribe::to(&self.pairs)
    }
    #[allow(clippy::needless_pass_by_value)]
    fn on_tick(&mut self, tick: Tick<'_>) {
        self.prices.set(tick);
    }
    #[allow(clippy::unused_self)]
    fn on_idle_timeout(&mut self) -> CloseFrame {
        CloseFrame::going_away()
    }
}
const _: () = {
    use ::websocket::__private as __ws;
    #[automatically_derived]
    impl __ws::Handler for Ticker
    where
        Self: __ws::Sendable + 'static,
    {
        const DESCRIPTOR: __ws::Descriptor = __ws::Descriptor::new("Ticker", "")
            .dispatcher_key("event")
            .stream_id("id")
            .routes(&[__ws::Route::Method("on_tick")]);
        const CHECKS: &[()] = &[<Tick<'_> as __ws::Payload<'_>>::CHECK];
        fn settings() -> __ws::Settings {
            __ws::Settings::new().idle_timeout(30)
        }
        async fn call(&mut self, caller: &__ws::Caller, event: __ws::Event<'_>) -> __ws::Outcome {
            match event {
                __ws::Event::Open => __ws::reply!(caller, Self::on_open(self, caller).await, __ws::Reply::send),
                __ws::Event::Dispatched(0, message, id) => __ws::reply!(
                    caller,
                    "id" = id,
                    Self::on_tick(self, __ws::payload!(message as Tick<'_>).map_err(|failure| failure.of(id))?)
                ),
                __ws::Event::IdleTimeout => __ws::reply!(caller, Self::on_idle_timeout(self), __ws::Reply::send),
                _ => __ws::unhandled(),
            }
        }
    }
};
