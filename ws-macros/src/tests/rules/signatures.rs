use super::{Case, item, members, service};

pub(super) fn cases() -> Vec<Case> {
    [qualifiers(), lifetimes(), receivers(), counts(), callers(), futures(), close(), streams()]
        .into_iter()
        .flatten()
        .collect()
}

fn qualifiers() -> Vec<Case> {
    vec![
        members("qualifier", "#[remote] const fn on_open(&self) {}", "const", "callback `on_open` cannot be `const`"),
        members(
            "qualifier",
            "#[remote] unsafe fn on_open(&self) {}",
            "unsafe",
            "callback `on_open` cannot be `unsafe`",
        ),
        members(
            "qualifier",
            "#[remote] extern \"C\" fn on_open(&self) {}",
            "extern \"C\"",
            "callback `on_open` cannot be `extern`",
        ),
        members(
            "qualifier",
            "#[upgrade] unsafe fn new() -> Self { Self } #[remote] fn on_open(&self) {}",
            "unsafe",
            "the `upgrade` function `new` cannot be `unsafe`",
        ),
        members(
            "argument_with_cfg",
            "#[remote] fn on_open(&self, #[cfg(unix)] caller: &Caller) {}",
            "#[cfg(unix)]",
            "an argument of `on_open` cannot have a `cfg` attribute\n\
             = help: take it always, or write two methods and choose between them with `cfg`",
        ),
        members(
            "argument_with_cfg",
            "#[remote] fn on_open(&self, #[cfg_attr(unix, cfg(test))] caller: &Caller) {}",
            "#[cfg_attr(unix, cfg(test))]",
            "an argument of `on_open` cannot have a `cfg` attribute\n\
             = help: take it always, or write two methods and choose between them with `cfg`",
        ),
        members(
            "cfg_in_cfg_attr",
            "#[cfg_attr(unix, allow(unused), cfg(test))] #[remote] fn on_open(&self) {}",
            "#[cfg_attr(unix, allow(unused), cfg(test))]",
            "`on_open` cannot have a `cfg` inside `cfg_attr`\n= help: write `#[cfg(any(not(…), …))]`",
        ),
        members(
            "type_parameter",
            "#[remote] fn on_message<'a, T: From<&'a str>>(&self, message: T) {}",
            "T",
            "callback `on_message` cannot have the generic parameter `T`\n= help: name the type that the argument has",
        ),
        members(
            "type_parameter",
            "#[remote] fn on_binary_message<const N: usize>(&self, data: [u8; N]) {}",
            "N",
            "callback `on_binary_message` cannot have the generic parameter `N`\n\
             = help: name the type that the argument has",
        ),
        members(
            "impl_trait_argument",
            "#[remote] fn on_text_message(&self, text: impl AsRef<str>) {}",
            "impl AsRef<str>",
            "callback `on_text_message` cannot have an argument of type `impl Trait`\n\
             = help: name the type that the argument has",
        ),
        members(
            "impl_trait_argument",
            "#[upgrade] fn new(#[query] name: Option<impl FromStr>) -> Self { Self } #[remote] fn on_open(&self) {}",
            "Option<impl FromStr>",
            "the `upgrade` function `new` cannot have an argument of type `impl Trait`\n\
             = help: name the type that the argument has",
        ),
    ]
}

fn lifetimes() -> Vec<Case> {
    vec![
        members(
            "static_argument",
            "#[remote] fn on_text_message(&self, text: &'static str) {}",
            "'static",
            "callback `on_text_message` cannot borrow an argument for `'static`\n= help: leave the lifetime out\n\
             = note: what is lent to a call lives as long as the call",
        ),
        service(
            "static_argument",
            r#"path = "/", state = Hub"#,
            "#[upgrade] fn new(hub: &'static Hub) -> Self { Self } #[remote] fn on_open(&self) {}",
            "'static",
            "the `upgrade` function `new` cannot borrow an argument for `'static`\n= help: leave the lifetime out\n\
             = note: what is lent to a call lives as long as the call",
        ),
    ]
}

fn receivers() -> Vec<Case> {
    const TEXT: &str = "callback `on_close` must take `&self` or `&mut self`";
    vec![
        members("receiver", "#[remote] async fn on_close(self) {}", "self", TEXT),
        members("receiver", "#[remote] async fn on_close(mut self, code: CloseCode) {}", "mut self", TEXT),
        members("receiver", "#[remote] async fn on_close(self: Box<Self>) {}", "self: Box<Self>", TEXT),
        members(
            "receiver",
            "#[remote] async fn on_close(caller: &Caller) {}",
            "(caller: &Caller)",
            "callback `on_close` must take `&self` or `&mut self`\n= help: the expected signature is \
             `async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str)`",
        ),
        members(
            "static_receiver",
            "#[remote] fn on_close(&'static self) {}",
            "'static",
            "callback `on_close` cannot borrow `self` for `'static`\n= help: leave the lifetime out",
        ),
        members(
            "static_receiver",
            "#[remote] fn on_close(self: &'static mut Self) {}",
            "'static",
            "callback `on_close` cannot borrow `self` for `'static`\n= help: leave the lifetime out",
        ),
        members("receiver", "#[remote] async fn on_close(self: &Box<Self>) {}", "self: &Box<Self>", TEXT),
        members("receiver", "#[remote] async fn on_close(self: &&Self) {}", "self: &&Self", TEXT),
    ]
}

fn counts() -> Vec<Case> {
    vec![
        members(
            "too_many_arguments",
            "#[remote] fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str, extra: u8) {}",
            "(&mut self, caller: &Caller, status: CloseCode, reason: &str, extra: u8)",
            "`on_close` takes at most three arguments after the receiver\n= help: the expected signature is \
             `async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str)`",
        ),
        members(
            "too_many_arguments",
            "#[remote] fn on_open(&mut self, name: String) {}",
            "(&mut self, name: String)",
            "`on_open` takes at most one argument after the receiver\n= help: the expected signature is \
             `async fn on_open(&mut self, caller: &Caller)`",
        ),
        members(
            "too_many_arguments",
            "#[remote] fn on_text_message(&mut self, caller: &Caller, text: &str, more: &str) {}",
            "(&mut self, caller: &Caller, text: &str, more: &str)",
            "`on_text_message` takes at most two arguments after the receiver\n= help: the expected signature is \
             `async fn on_text_message(&mut self, caller: &Caller, text: &str)`",
        ),
        members(
            "missing_argument",
            "#[remote] fn on_text_message(&mut self, caller: &Caller) {}",
            "(&mut self, caller: &Caller)",
            "`on_text_message` must take the text\n= help: the expected signature is \
             `async fn on_text_message(&mut self, caller: &Caller, text: &str)`",
        ),
        members(
            "missing_argument",
            "#[remote] fn on_binary_message(&mut self) {}",
            "(&mut self)",
            "`on_binary_message` must take the bytes\n= help: the expected signature is \
             `async fn on_binary_message(&mut self, caller: &Caller, data: &[u8])`",
        ),
        members(
            "missing_argument",
            "#[remote] fn on_message(&mut self) {}",
            "(&mut self)",
            "`on_message` must take the message\n= help: the expected signature is \
             `async fn on_message(&mut self, caller: &Caller, message: Message)`",
        ),
        members(
            "missing_argument",
            "#[remote] fn on_pong(&mut self) {}",
            "(&mut self)",
            "`on_pong` must take the bytes\n= help: the expected signature is \
             `async fn on_pong(&mut self, caller: &Caller, data: &[u8])`",
        ),
        members(
            "missing_argument",
            "#[remote] fn on_error(&mut self, caller: &Caller) {}",
            "(&mut self, caller: &Caller)",
            "`on_error` must take the error\n= help: the expected signature is \
             `async fn on_error(&mut self, caller: &Caller, error: &Error)`",
        ),
        members(
            "missing_argument",
            "#[remote] fn on_message(&self, m: Message) {} #[remote] fn on_message_error(&self) {}",
            "(&self)",
            "`on_message_error` must take the error\n= help: the expected signature is \
             `async fn on_message_error(&mut self, caller: &Caller, error: &Error)`",
        ),
    ]
}

fn callers() -> Vec<Case> {
    vec![
        members(
            "caller_not_first",
            "#[remote] fn on_text_message(&mut self, text: &str, caller: &Caller) {}",
            "caller: &Caller",
            "the caller must be the first argument of `on_text_message`\n= help: the expected signature is \
             `async fn on_text_message(&mut self, caller: &Caller, text: &str)`",
        ),
        members(
            "caller_twice",
            "#[remote] fn on_open(&mut self, one: &Caller, other: &websocket::Caller) {}",
            "other: &websocket::Caller",
            "`on_open` takes the caller twice\n= help: remove one of the arguments",
        ),
        members(
            "not_a_shared_reference",
            "#[remote] fn on_open(&mut self, caller: Caller) {}",
            "Caller",
            "the caller must be taken as `&Caller`",
        ),
        members(
            "not_a_shared_reference",
            "#[remote] fn on_open(&mut self, caller: &mut websocket::Caller) {}",
            "&mut websocket::Caller",
            "the caller must be taken as `&Caller`",
        ),
        members(
            "not_a_shared_reference",
            "#[remote] fn on_open(&mut self, caller: &&Caller) {}",
            "&&Caller",
            "the caller must be taken as `&Caller`",
        ),
        members(
            "not_a_shared_reference",
            "#[remote] fn on_error(&mut self, error: websocket::Error) {}",
            "websocket::Error",
            "the error must be taken as `&Error`",
        ),
    ]
}

fn futures() -> Vec<Case> {
    const TEXT: &str = "callback `on_open` cannot return a future\n\
                        = help: make it an `async fn`, and return what the future yields";
    let returning = |output: &'static str| {
        members("returned_future", &format!("#[remote] fn on_open(&self) -> {output} {{ todo }}"), output, TEXT)
    };
    vec![
        returning("impl Future<Output = String> + Send + use<>"),
        returning("Pin<Box<dyn Future<Output = ()> + Send>>"),
        returning("futures::future::BoxFuture<'static, String>"),
        returning("LocalBoxFuture<'_, String>"),
        service(
            "returned_future",
            r#"path = "/""#,
            "#[upgrade] fn new() -> impl std::future::Future<Output = Self> { todo } #[remote] fn on_open(&self) {}",
            "impl std::future::Future<Output = Self>",
            "the `upgrade` function `new` cannot return a future\n\
             = help: make it an `async fn`, and return what the future yields",
        ),
    ]
}

fn close() -> Vec<Case> {
    vec![members(
        "reason_before_status",
        "#[remote] fn on_close(&mut self, reason: &str, status: CloseCode) {}",
        "status: CloseCode",
        "the status must be before the reason in `on_close`\n= help: the expected signature is \
         `async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str)`",
    )]
}

fn streams() -> Vec<Case> {
    const BOXED: &str = "a streamed reply cannot borrow from `self` or the payload: it runs on when the callback has ended\n\
                         = help: write `'static`, and move what the stream needs into it";
    vec![
        members(
            "borrowing_boxed_stream",
            "#[remote] fn on_open(&self) -> stream::BoxStream<'_, u8> { self.ticks() }",
            "'_",
            BOXED,
        ),
        members(
            "borrowing_boxed_stream",
            "#[remote] fn on_open<'a>(&'a self) -> Result<Pin<Box<dyn Stream<Item = &'a str> + Send + 'a>>, Error> { self.ticks() }",
            "'a",
            BOXED,
        ),
        members(
            "borrowing_stream",
            "#[remote] async fn on_open(&mut self) -> impl Stream<Item = u8> {}",
            "impl Stream<Item = u8>",
            "a streamed reply cannot borrow from `self` or the payload: it runs on when the callback has ended\n\
             = help: add `+ use<>`, and move what the stream needs into it",
        ),
        members(
            "borrowing_stream",
            "#[remote] fn on_open<'a>(&'a self) -> Result<impl futures::Stream<Item = u8> + Send + use<'a>, Error> {}",
            "impl futures::Stream<Item = u8> + Send + use<'a>",
            "a streamed reply cannot borrow from `self` or the payload: it runs on when the callback has ended\n\
             = help: add `+ use<>`, and move what the stream needs into it",
        ),
        item(
            "borrowing_stream",
            r#"#[service(path = "/")] impl<S, const N: usize> Chat<S, N> { #[remote] fn on_open(&self) -> Option<impl Stream> {} }"#,
            "impl Stream",
            "a streamed reply cannot borrow from `self` or the payload: it runs on when the callback has ended\n\
             = help: add `+ use<S, N>`, and move what the stream needs into it",
        ),
    ]
}
