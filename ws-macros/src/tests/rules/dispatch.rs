use super::{Case, members, service};

pub(super) fn cases() -> Vec<Case> {
    [events(), scopes(), values(), names()].into_iter().flatten().collect()
}

/// A mistake in the members of a service that is dispatching.
fn dispatching(rule: &'static str, members: &str, underlined: &'static str, message: &'static str) -> Case {
    service(rule, r#"path = "/", dispatcher_key = "event""#, members, underlined, message)
}

fn events() -> Vec<Case> {
    const EXAMPLE: &str = "`event` must be a string literal\n= help: write `#[remote(event = \"heartbeat\")]`";
    const WITHOUT_VALUE: &str =
        "the `event` attribute must have a value\n= help: write `#[remote(event = \"heartbeat\")]`";
    vec![
        members(
            "event_without_dispatcher_key",
            "#[remote(event = \"heartbeat\")] fn keep_alive(&mut self) {}",
            "event",
            "`event` requires `dispatcher_key`\n= help: add `dispatcher_key = \"event\"` to the `service` attribute",
        ),
        dispatching(
            "event_on_callback",
            "#[remote(event = \"open\")] fn on_open(&mut self) {}",
            "event",
            "`on_open` cannot have an `event`: it is not a dispatched method",
        ),
        dispatching(
            "event_on_callback",
            "#[remote] fn on_join(&self) {} #[remote(event = \"x\")] fn on_join_error(&self, error: &Error) {}",
            "event",
            "`on_join_error` cannot have an `event`: it is not a dispatched method",
        ),
        dispatching(
            "unknown_key",
            "#[remote(evnt = \"heartbeat\")] fn keep_alive(&mut self) {}",
            "evnt",
            "unknown `remote` attribute `evnt`\n= help: an attribute with a similar name exists: `event`",
        ),
        dispatching(
            "unknown_key",
            "#[remote(name = \"heartbeat\", event = \"x\")] fn keep_alive(&mut self) {}",
            "name",
            "unknown `remote` attribute `name`\n= note: the attributes are `event` and `scopes`",
        ),
        dispatching("ill_typed_value", "#[remote(event = heartbeat)] fn on_join(&mut self) {}", "heartbeat", EXAMPLE),
        dispatching(
            "expected_key",
            "#[remote(\"beat\")] fn on_join(&mut self) {}",
            "\"beat\"",
            "expected a `remote` attribute, found `\"beat\"`\n= help: write `#[remote(event = \"beat\")]`",
        ),
        dispatching(
            "expected_key",
            "#[remote(= \"beat\")] fn on_join(&mut self) {}",
            "= \"beat\"",
            "expected a `remote` attribute, found `= \"beat\"`\n= help: write `#[remote(event = \"heartbeat\")]`",
        ),
        dispatching("key_without_value", "#[remote(event)] fn on_join(&mut self) {}", "event", WITHOUT_VALUE),
        dispatching("key_without_value", "#[remote(event =)] fn on_join(&mut self) {}", "event", WITHOUT_VALUE),
        dispatching("key_without_value", "#[remote(event = ,)] fn on_join(&mut self) {}", "event", WITHOUT_VALUE),
        dispatching(
            "duplicate_attribute",
            "#[remote(event = \"a\", event = \"b\")] fn on_join(&mut self) {}",
            "event",
            "the `event` attribute is specified more than once",
        ),
    ]
}

fn scopes() -> Vec<Case> {
    const EXAMPLE: &str =
        "`scopes` must be an array of string literals\n= help: write `#[remote(scopes = [\"write\"])]`";
    vec![
        members(
            "scopes_on_callback",
            "#[remote(scopes = [\"read\"])] fn on_open(&mut self) {}",
            "scopes",
            "`on_open` cannot ask for `scopes`: it receives no messages\n\
             = help: say who may connect with `auth` in the `service` attribute",
        ),
        dispatching(
            "scopes_on_callback",
            "#[remote] fn on_join(&self) {} #[remote(scopes = [\"x\"])] fn on_join_error(&self, error: &Error) {}",
            "scopes",
            "`on_join_error` cannot ask for `scopes`: it receives no messages\n\
             = help: say who may connect with `auth` in the `service` attribute",
        ),
        members(
            "empty_scopes",
            "#[remote(scopes = [])] fn on_text_message(&mut self, text: &str) {}",
            "[]",
            "`scopes` must not be empty\n= help: leave it out, so that whoever is connected may call the method",
        ),
        members(
            "invalid_scope",
            "#[remote(scopes = [\"read write\"])] fn on_message(&mut self, text: &str) {}",
            "\"read write\"",
            "invalid scope `read write`\n= note: it must be visible ASCII without spaces, quotes, and backslashes",
        ),
        dispatching(
            "duplicate_scope",
            "#[remote(event = \"x\", scopes = [\"read\", \"write\", \"read\"])] fn on_join(&mut self) {}",
            "\"read\"",
            "scope `read` is listed twice",
        ),
        dispatching("ill_typed_value", "#[remote(scopes = \"write\")] fn on_join(&mut self) {}", "\"write\"", EXAMPLE),
        dispatching("ill_typed_value", "#[remote(scopes = [\"a\", WRITE])] fn on_join(&mut self) {}", "WRITE", EXAMPLE),
        dispatching("ill_typed_value", "#[remote(scopes = [\"a\"u8])] fn on_join(&mut self) {}", "\"a\"u8", EXAMPLE),
        dispatching(
            "key_without_value",
            "#[remote(scopes)] fn on_join(&mut self) {}",
            "scopes",
            "the `scopes` attribute must have a value\n= help: write `#[remote(scopes = [\"write\"])]`",
        ),
        dispatching(
            "duplicate_attribute",
            "#[remote(scopes = [\"a\"], scopes = [\"b\"])] fn on_join(&mut self) {}",
            "scopes",
            "the `scopes` attribute is specified more than once",
        ),
        dispatching(
            "unknown_key",
            "#[remote(scope = [\"a\"])] fn on_join(&mut self) {}",
            "scope",
            "unknown `remote` attribute `scope`\n= help: an attribute with a similar name exists: `scopes`",
        ),
    ]
}

fn values() -> Vec<Case> {
    vec![
        dispatching(
            "value_handled_twice",
            "#[remote(event = \"beat\")] fn one(&self) {} #[remote(event = \"beat\")] fn other(&self) {}",
            "\"beat\"",
            "dispatcher value `beat` is already handled by `one`",
        ),
        dispatching(
            "value_handled_twice",
            "#[remote] fn on_subscribe(&self) {} #[remote(event = \"subscribe\")] fn join(&self) {}",
            "\"subscribe\"",
            "dispatcher value `subscribe` is already handled by `on_subscribe`",
        ),
        dispatching(
            "value_handled_twice",
            "#[remote(event = \"heartBeat\")] fn keep_alive(&self) {} #[remote] fn on_heart_beat(&self) {}",
            "on_heart_beat",
            "dispatcher value `heartBeat` is already handled by `keep_alive`",
        ),
        dispatching(
            "value_handled_twice",
            "#[remote] fn on_join(&self) {} #[remote] fn on_join_error(&self, error: &Error) {}
             #[remote(event = \"join-error\")] fn failed(&self) {}",
            "\"join-error\"",
            "dispatcher value `join-error` is already handled by `on_join_error`",
        ),
    ]
}

fn names() -> Vec<Case> {
    vec![
        dispatching(
            "dispatched_without_value",
            "#[remote] fn keep_alive(&mut self) {}",
            "keep_alive",
            "dispatched method `keep_alive` must begin with `on_` or have an `event`\n\
             = help: write `#[remote(event = \"keep_alive\")]`",
        ),
        dispatching(
            "unreachable_method",
            "#[remote] fn on_heartBeat(&mut self) {}",
            "on_heartBeat",
            "no dispatcher value leads to `on_heartBeat`\n= help: rename it to `on_heart_beat`",
        ),
        dispatching(
            "unreachable_method",
            "#[remote] fn on_(&mut self) {}",
            "on_",
            "no dispatcher value leads to `on_`\n= help: write `#[remote(event = \"…\")]`",
        ),
        dispatching(
            "misspelt_callback",
            "#[remote] fn on_mesage(&mut self, message: Message) {}",
            "on_mesage",
            "dispatched method `on_mesage` is spelt almost like the callback `on_message`\n\
             = help: rename it to `on_message`, or write `#[remote(event = \"mesage\")]`",
        ),
        dispatching(
            "misspelt_callback",
            "#[remote] fn on_pnig(&mut self) {}",
            "on_pnig",
            "dispatched method `on_pnig` is spelt almost like the callback `on_ping`\n\
             = help: rename it to `on_ping`, or write `#[remote(event = \"pnig\")]`",
        ),
        dispatching(
            "payload_of_callback",
            "#[remote] fn on_open(&mut self, caller: &Caller, request: Open) {}",
            "request: Open",
            "`on_open` cannot take a payload: no message reaches it\n\
             = help: give the method another name, and write `#[remote(event = \"open\")]`",
        ),
        service(
            "payload_of_callback",
            r#"path = "/", dispatcher_key = "event", idle_timeout = 1"#,
            "#[remote] fn on_idle_timeout(&mut self, request: Timeout) {}",
            "request: Timeout",
            "`on_idle_timeout` cannot take a payload: no message reaches it\n\
             = help: give the method another name, and write `#[remote(event = \"idle_timeout\")]`",
        ),
        dispatching(
            "too_many_arguments",
            "#[remote] fn on_open(&mut self, one: Open, other: Open) {}",
            "(&mut self, one: Open, other: Open)",
            "`on_open` takes at most one argument after the receiver\n= help: the expected signature is \
             `async fn on_open(&mut self, caller: &Caller)`",
        ),
        dispatching(
            "too_many_arguments",
            "#[remote] fn on_join(&mut self, caller: &Caller, room: &str, password: &str) {}",
            "(&mut self, caller: &Caller, room: &str, password: &str)",
            "`on_join` takes at most two arguments after the receiver\n= help: the expected signature is \
             `async fn on_join(&mut self, caller: &Caller, message: Message)`",
        ),
    ]
}
