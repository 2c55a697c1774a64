use super::{Case, item};

pub(super) fn cases() -> Vec<Case> {
    [keys(), attributes(), words()].into_iter().flatten().collect()
}

const OPEN: &str = "#[remote] fn on_open(&self) {}";

fn client(rule: &'static str, args: &str, members: &str, underlined: &'static str, message: &'static str) -> Case {
    item(rule, &format!("#[client({args})] impl Ticker {{ {members} }}"), underlined, message)
}

/// A key that only a service has. What its value is does not matter.
fn foreign(arg: &str, key: &'static str, message: &'static str) -> Case {
    client("key_of_service", &format!("{arg}, idle_timeout = 1"), OPEN, key, message)
}

fn keys() -> Vec<Case> {
    vec![
        foreign(
            "auth = members()",
            "auth",
            "the `client` attribute cannot have the key `auth`\n= help: show who you are with `ClientBuilder::bearer_token` or `ClientBuilder::basic_auth`",
        ),
        foreign(
            "compression = 1",
            "compression",
            "the `client` attribute cannot have the key `compression`\n= help: set it with `ClientBuilder::compression`",
        ),
        foreign(
            "connection_closure_timeout = -7",
            "connection_closure_timeout",
            "the `client` attribute cannot have the key `connection_closure_timeout`\n= help: set it with `ClientBuilder::connection_closure_timeout`",
        ),
        foreign(
            "max_frame_size = 0",
            "max_frame_size",
            "the `client` attribute cannot have the key `max_frame_size`\n= help: set it with `ClientBuilder::max_frame_size`",
        ),
        foreign(
            "max_message_size = 1 << 20",
            "max_message_size",
            "the `client` attribute cannot have the key `max_message_size`\n= help: set it with `ClientBuilder::max_message_size`",
        ),
        foreign(
            "origins = [\"x\"]",
            "origins",
            "the `client` attribute cannot have the key `origins`\n= help: send the header `Origin` with `ClientBuilder::header`",
        ),
        foreign(
            "path = \"ticks\"",
            "path",
            "the `client` attribute cannot have the key `path`\n= help: write it in the url that is given to `Client::builder`",
        ),
        foreign(
            "ping_interval = 30",
            "ping_interval",
            "the `client` attribute cannot have the key `ping_interval`\n= help: set it with `ClientBuilder::ping_interval`",
        ),
        foreign(
            "pong_timeout = 20",
            "pong_timeout",
            "the `client` attribute cannot have the key `pong_timeout`\n= help: set it with `ClientBuilder::pong_timeout`",
        ),
        foreign(
            "state = HashMap<String, u8>",
            "state",
            "the `client` attribute cannot have the key `state`\n= help: keep it in a field of the type",
        ),
        foreign(
            "subprotocols = \"v1\"",
            "subprotocols",
            "the `client` attribute cannot have the key `subprotocols`\n= help: offer them with `ClientBuilder::subprotocols`",
        ),
        client(
            "unknown_key",
            "idle_timout = 30",
            OPEN,
            "idle_timout",
            "unknown `client` attribute `idle_timout`\n\
             = help: an attribute with a similar name exists: `idle_timeout`",
        ),
        client(
            "unknown_key",
            "pth = \"/ticks\"",
            OPEN,
            "pth",
            "unknown `client` attribute `pth`\n\
             = note: the attributes are `crate`, `dispatcher_key`, `dispatcher_stream_id`, `idle_timeout`, and `validation`",
        ),
        client(
            "expected_key",
            "\"event\"",
            OPEN,
            "\"event\"",
            "expected a `client` attribute, found `\"event\"`\n= help: write `dispatcher_key = \"event\"`",
        ),
    ]
}

fn attributes() -> Vec<Case> {
    const UPGRADE: &str = "a client cannot have an `upgrade` function\n\
                           = help: make it an ordinary function, and call it where the client is made\n\
                           = note: it would answer requests, and a client receives none";
    const SCOPES: &str =
        "a callback of a client cannot ask for `scopes`\n= help: leave them out\n= note: a server has no identity";
    vec![
        client(
            "upgrade_in_client",
            "",
            &format!("#[websocket::upgrade] fn connect(self, symbol: String) {{}} {OPEN}"),
            "#[websocket::upgrade]",
            UPGRADE,
        ),
        client(
            "attributes_exclude",
            "",
            "#[upgrade] #[remote] fn on_open(&self) {}",
            "#[remote]",
            "the `remote` attribute cannot be combined with `upgrade`\n= help: remove one of them",
        ),
        client(
            "scopes_in_client",
            "",
            "#[remote(scopes = [])] fn on_message(&self, message: Message) {}",
            "scopes",
            SCOPES,
        ),
        client(
            "extractor_outside_upgrade",
            "",
            &format!("fn new(#[query] name: String) -> Self {{ Self }} {OPEN}"),
            "#[query]",
            "the `query` attribute is only valid on an argument of the `upgrade` function",
        ),
        item(
            "attributes_exclude",
            &format!("#[client] #[service(path = \"/\")] impl Ticker {{ {OPEN} }}"),
            "#[service(path = \"/\")]",
            "the `service` attribute cannot be combined with `client`\n= help: remove one of them",
        ),
        item(
            "attributes_exclude",
            &format!("#[service(path = \"/\")] #[websocket::client] impl Ticker {{ {OPEN} }}"),
            "#[websocket::client]",
            "the `client` attribute cannot be combined with `service`\n= help: remove one of them",
        ),
        item(
            "duplicate_attribute",
            &format!("#[client] #[client] impl Ticker {{ {OPEN} }}"),
            "#[client]",
            "the `client` attribute is specified more than once",
        ),
        item(
            "marker_in_cfg_attr",
            &format!("#[client] #[cfg_attr(unix, client)] impl Ticker {{ {OPEN} }}"),
            "#[cfg_attr(unix, client)]",
            "the `client` attribute cannot be inside `cfg_attr`",
        ),
    ]
}

/// Rules of services and clients that say which it is.
fn words() -> Vec<Case> {
    vec![
        item(
            "not_an_impl",
            "#[client] struct Ticker;",
            "struct",
            "the `client` attribute must be on an `impl` block\n= help: put it on the `impl` block that has the callbacks",
        ),
        item(
            "trait_impl",
            "#[client] impl Handler for Ticker { #[remote] fn on_open(&self) {} }",
            "Handler",
            "a client cannot be a trait implementation\n= help: put the callbacks into `impl Ticker`",
        ),
        item(
            "service_of_another_kind",
            "#[client] impl [u8] { #[remote] fn on_open(&self) {} }",
            "[u8]",
            "a client must be a struct, an enum, or a union\n\
             = help: put the callbacks into the `impl` block of a type of your own",
        ),
        item(
            "lifetime_of_service",
            "#[client] impl<'a> Ticker<'a> { #[remote] fn on_open(&self) {} }",
            "'a",
            "a client cannot have the lifetime `'a`\n= note: a client outlives its connection, so it must own what it holds",
        ),
        client(
            "no_callback",
            "",
            "",
            "Ticker",
            "client `Ticker` has no callback\n\
             = help: add a method with the `remote` attribute, such as `async fn on_open(&mut self)`",
        ),
        client(
            "unknown_callback",
            "",
            "#[remote] fn on_tick(&self) {}",
            "on_tick",
            "unknown callback `on_tick`\n\
             = help: a dispatched method requires `dispatcher_key` in the `client` attribute\n\
             = note: the callbacks are `on_binary_message`, `on_close`, `on_error`, `on_idle_timeout`, `on_message`, `on_open`, `on_ping`, \
             `on_pong`, and `on_text_message`",
        ),
        client(
            "event_without_dispatcher_key",
            "",
            "#[remote(event = \"tick\")] fn tick(&self) {}",
            "event",
            "`event` requires `dispatcher_key`\n= help: add `dispatcher_key = \"event\"` to the `client` attribute",
        ),
        client(
            "callback_without_timeout",
            "",
            "#[remote] fn on_idle_timeout(&self) {}",
            "on_idle_timeout",
            "`on_idle_timeout` would never be called: the client has no `idle_timeout`\n\
             = help: add `idle_timeout = 30` to the `client` attribute",
        ),
    ]
}
